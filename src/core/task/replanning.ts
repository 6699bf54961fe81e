/**
 * While the run of its plan goes on, a Chief of Staff waits; when a step that failed asks for a new plan (`onError: replan`), or it has
 * asked for one itself because of something new (`revising.ts`), it writes a new rest. The run holds still meanwhile: what is at work ends,
 * nothing new begins. When there is no new plan, the run fails with the step that failed; without one it goes on as it is. Bounded: `maxReplans` per run, `planTries` answers per question.
 */
import { planProblemsText } from '../workflow/plan-problems.ts';
import { checkPlan, summaryOf } from './check-plan.ts';
import {
  canPlan,
  isAnswered,
  isAutomatic,
  maxRejections,
  planTries,
  rejectionsOf,
  rejectionText,
  triesOf,
  untilAccepted,
  withdrawal,
} from './planning.ts';
import { finalReplies, nextTurn } from './tool-turns.ts';
import type {
  CurrentAttempt,
  EffectFacts,
  PlanFacts,
  ReplyOutcome,
  TaskMove,
  TaskSnapshot,
} from './snapshot.ts';

/** New plans that one run may ask for. */
export const maxReplans = 3;

/** What stands among the plans and is no answer to the run. */
const givesNothing = new Set<PlanFacts['status']>(['rejected', 'withdrawn', 'wanted']);

const underWay: TaskMove = { move: 'wait', for: 'children', detail: 'The plan is being carried out' };

export function replanningMove(snapshot: TaskSnapshot, current: CurrentAttempt): TaskMove {
  const { plan, planRun, effects } = snapshot;
  if (plan?.status === 'proposed') return untilAccepted(plan);
  if (!isAsked(snapshot)) return underWay;
  if (!canPlan(snapshot, current)) return decline('No configured model can write a new plan.');
  const asked = planRun?.replan?.asked ?? 0;
  if (plan?.status === 'rejected' && !isAnswered(snapshot, plan)) return anotherRest(snapshot, plan, asked);
  if (plan?.status === 'withdrawn' && !isAnswered(snapshot, plan))
    return ask(snapshot, { ask: asked, ...withdrawal(plan) });
  const last = effects.some(({ input }) => input.ask === asked) ? finalReplies(effects).at(-1) : undefined;
  if (last?.purpose === 'replan') return afterReplan(snapshot, current, last);
  const news = planRun?.replan?.news;
  return ask(snapshot, { ask: asked, ...(news ? { news } : {}) });
}

function decline(reason: string): TaskMove {
  return { move: 'declinePlan', reason };
}

function anotherRest(snapshot: TaskSnapshot, plan: PlanFacts, asked: number): TaskMove {
  const before = rejectionsOf(snapshot);
  if (before >= maxRejections)
    return decline(`${before + 1} plans were rejected, the last one because: ${plan.note}`);
  return ask(snapshot, { ask: asked, rejected: plan.n, repair: rejectionText(plan) });
}

/** The run that goes on waits for a new plan, and none has been given yet. */
export function isAsked({ plan, planRun }: TaskSnapshot): boolean {
  const given = plan != null && plan.n > (planRun?.planN ?? plan.n) && !givesNothing.has(plan.status);
  return planRun?.replan?.open != null && !given;
}

function ask({ effects }: TaskSnapshot, input: Record<string, unknown>): TaskMove {
  return { move: 'call', turn: nextTurn(effects), effects: [{ kind: 'model', purpose: 'replan', input }] };
}

function reasonOf({ planRun }: TaskSnapshot): string {
  const { open, news } = planRun?.replan ?? {};
  if (news && !open?.length) return `A new plan, because of something new: ${news}`;
  return `A new plan, because ${open?.join(', ') || 'a step'} failed.`;
}

function afterReplan(snapshot: TaskSnapshot, current: CurrentAttempt, last: EffectFacts): TaskMove {
  const reply = last.outcome as ReplyOutcome;
  if (reply.stop === 'refused') return decline('The model refused to plan anew.');
  const { maxChildren } = current.agent.spec.limits;
  const world = { ...snapshot, maxSteps: maxChildren };
  const { definition, problems, changes } = checkPlan(reply.text, world, snapshot.underWay ?? null);
  if (definition) {
    const reason = reasonOf(snapshot);
    const accepted = isAutomatic(snapshot);
    return {
      move: 'proposePlan',
      kind: 'revision',
      plan: { definition },
      origin: 'model',
      reason,
      accepted,
      changes,
    };
  }
  const reason = summaryOf(problems);
  const tries = triesOf(snapshot.effects, 'replan');
  if (tries >= planTries) return decline(`No valid new plan after ${tries} tries: ${reason}`);
  return {
    move: 'rejectPlan',
    reason,
    problems: problems.length,
    turn: nextTurn(snapshot.effects),
    then: { kind: 'model', purpose: 'replan', input: { repair: planProblemsText(problems, reply.text) } },
  };
}
