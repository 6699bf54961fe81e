/**
 * Before anything runs. The plan is written by a model that is fit to plan, and repaired with the list of its problems at most twice;
 * where there is none, the best fitting template is chosen by a model that can score. A person may have to accept it, may edit it, or
 * reject it with a reason: then there is another one. So there is when the Chief of Staff hears something new while it waits (`revising.ts`).
 */
import { planProblemsText } from '../workflow/plan-problems.ts';
import { routeModel } from '../route-model.ts';
import { checkPlan, summaryOf } from './check-plan.ts';
import { finalReplies, nextTurn } from './tool-turns.ts';
import type {
  CurrentAttempt,
  EffectFacts,
  PlanFacts,
  ReplyOutcome,
  TaskMove,
  TaskSnapshot,
  TemplateOutcome,
} from './snapshot.ts';

export const planTries = 3;
/** Plans that a person sends back in one attempt at the goal. */
export const maxRejections = 5;

export function planningMove(snapshot: TaskSnapshot, current: CurrentAttempt): TaskMove {
  const { plan } = snapshot;
  if (plan?.status === 'proposed') return untilAccepted(plan);
  if (plan?.status === 'accepted') return { move: 'carryOut' };
  if (plan?.status === 'rejected' && !isAnswered(snapshot, plan)) return anotherPlan(snapshot, current, plan);
  if (plan?.status === 'withdrawn' && !isAnswered(snapshot, plan))
    return canPlan(snapshot, current)
      ? ask(snapshot, 'plan', withdrawal(plan))
      : untilModel('No configured model can write another plan.');
  const last = finalReplies(snapshot.effects).at(-1);
  if (!last) return firstLook(snapshot, current);
  return last.purpose === 'choose_template'
    ? afterTemplateChoice(snapshot, current, last)
    : afterPlan(snapshot, current, last);
}

export function untilAccepted({ name, kind }: PlanFacts): TaskMove {
  const what = kind === 'revision' ? 'The new plan' : 'The plan';
  return {
    move: 'wait',
    for: 'approval',
    detail: `${what} “${name ?? ''}” waits to be accepted by a person`,
  };
}

export function isAnswered({ effects }: TaskSnapshot, plan: PlanFacts): boolean {
  return effects.some(({ input }) => input.rejected === plan.n || input.withdrawn === plan.n);
}

export function canPlan({ models }: TaskSnapshot, current: CurrentAttempt): boolean {
  return routeModel(models, { class: 'plan', ...policyOf(current) }).choice !== null;
}

export function policyOf(current: CurrentAttempt) {
  const { preferred, allowed } = current.agent.spec.modelPolicy;
  return { preferred, ...(allowed ? { allowed } : {}) };
}

function firstLook(snapshot: TaskSnapshot, current: CurrentAttempt): TaskMove {
  if (canPlan(snapshot, current)) return ask(snapshot, 'plan');
  const scorer = routeModel(snapshot.models, { class: 'score', ...policyOf(current) });
  return scorer.choice
    ? ask(snapshot, 'choose_template')
    : untilModel('No configured model can plan this goal.');
}

function untilModel(why: string): TaskMove {
  const help = 'Add an API key or a larger local model; the task goes on by itself then.';
  return { move: 'wait', for: 'model', detail: `${why} ${help}` };
}

function ask({ effects }: TaskSnapshot, purpose: string, input?: Record<string, unknown>): TaskMove {
  const effect = { kind: 'model' as const, purpose, ...(input ? { input } : {}) };
  return { move: 'call', turn: nextTurn(effects), effects: [effect] };
}

function afterTemplateChoice(snapshot: TaskSnapshot, current: CurrentAttempt, last: EffectFacts): TaskMove {
  const { workflowId, reason } = last.outcome as TemplateOutcome;
  const gone = snapshot.plan?.status === 'rejected' || snapshot.plan?.status === 'withdrawn';
  if (workflowId && !gone) {
    const accepted = isAutomatic(snapshot);
    return { move: 'proposePlan', kind: 'first', plan: { workflowId }, origin: 'template', reason, accepted };
  }
  if (canPlan(snapshot, current)) return ask(snapshot, 'plan');
  return untilModel(`${reason} No configured model is fit to write a plan.`);
}

export function isAutomatic({ task }: TaskSnapshot): boolean {
  return task.planAcceptance !== 'person';
}

function anotherPlan(snapshot: TaskSnapshot, current: CurrentAttempt, plan: PlanFacts): TaskMove {
  const before = rejectionsOf(snapshot);
  if (before >= maxRejections) {
    const message = `${before + 1} plans were rejected, the last one because: ${plan.note ?? plan.reason}`;
    return { move: 'fail', error: { code: 'plan_rejected', message } };
  }
  if (!canPlan(snapshot, current)) return untilModel('No configured model can write another plan.');
  return ask(snapshot, 'plan', { rejected: plan.n, repair: rejectionText(plan) });
}

/** In this attempt. */
export function rejectionsOf({ effects }: TaskSnapshot): number {
  return effects.filter(({ input }) => input.rejected !== undefined).length;
}

export function rejectionText({ note }: PlanFacts): string {
  return `A person rejected this plan, for this reason:\n\n${note ?? ''}\n\nWrite the whole plan again so that it is good.`;
}

/** The question after a plan was taken back. */
export function withdrawal({ n, note }: PlanFacts): Record<string, unknown> {
  const repair = `You have taken your plan back because of something new:\n\n${note ?? ''}\n\nWrite the whole plan again, with all that you know now.`;
  return { withdrawn: n, repair };
}

function afterPlan(snapshot: TaskSnapshot, current: CurrentAttempt, last: EffectFacts): TaskMove {
  const reply = last.outcome as ReplyOutcome;
  if (reply.stop === 'refused')
    return {
      move: 'endAttempt',
      error: { code: 'model_refused', message: 'The model refused to plan this goal.' },
    };
  const { maxChildren } = current.agent.spec.limits;
  const { definition, problems } = checkPlan(reply.text, { ...snapshot, maxSteps: maxChildren });
  if (definition) {
    const reason = 'Written for this goal.';
    const accepted = isAutomatic(snapshot);
    return { move: 'proposePlan', kind: 'first', plan: { definition }, origin: 'model', reason, accepted };
  }
  const tries = triesOf(snapshot.effects, 'plan');
  const reason = summaryOf(problems);
  if (tries >= planTries) {
    const message = `No valid plan after ${tries} tries: ${reason}`;
    return { move: 'fail', error: { code: 'invalid_workflow', message } };
  }
  const input = { repair: planProblemsText(problems, reply.text) };
  return {
    move: 'rejectPlan',
    reason,
    problems: problems.length,
    turn: nextTurn(snapshot.effects),
    then: { kind: 'model', purpose: 'plan', input },
  };
}

/** Answers since the question was last asked anew: by a person, by a run, or because of news. */
export function triesOf(effects: readonly EffectFacts[], purpose: string): number {
  const since = effects.findLastIndex(({ input: { rejected, withdrawn, ask: asked } }) =>
    [rejected, withdrawn, asked].some((value) => value !== undefined),
  );
  return finalReplies(effects.slice(Math.max(0, since))).filter((effect) => effect.purpose === purpose)
    .length;
}
