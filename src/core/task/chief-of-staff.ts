/**
 * A Chief of Staff's task: plan → run → result.
 *
 * 1. Before there is a run it plans: `planning.ts`. It may use its tools first, also to ask a person. What a person accepts is carried out
 *    at once: what the Chief of Staff heard meanwhile changes the rest of it then.
 * 2. While the run goes on it watches, and writes a new rest of the plan when a step asks for one: `replanning.ts`.
 * 3. When the run has ended it writes the result, has it judged once, and gives one round of corrections: `reporting.ts`.
 *
 * What was proposed, accepted and rejected stands in the record, so another attempt goes on where the last one was.
 */
import { isFinished } from '../../contracts/status.ts';
import { planningMove } from './planning.ts';
import { replanningMove } from './replanning.ts';
import { withoutHearing } from './messages.ts';
import { isJudge, reportingMove } from './reporting.ts';
import type { CurrentAttempt, PlanFacts, PlanRunFacts, TaskMove, TaskSnapshot } from './snapshot.ts';
import { toolTurn } from './tool-turns.ts';

export function chiefOfStaffMove(all: TaskSnapshot, current: CurrentAttempt): TaskMove {
  const snapshot = withoutHearing(all);
  const last = snapshot.effects.at(-1);
  const broken = last && (last.status === 'failed' || last.status === 'abandoned');
  if (broken && last.kind === 'model' && !isJudge(last)) {
    const error = last.error ?? { code: 'model_failed', message: 'The model call did not end.' };
    return { move: 'endAttempt', error };
  }
  if (!all.planRun && all.plan?.status === 'accepted') return planMove(snapshot, current);
  return toolTurn(all) ?? toolTurn(snapshot) ?? planMove(snapshot, current);
}

function planMove(snapshot: TaskSnapshot, current: CurrentAttempt): TaskMove {
  if (!snapshot.planRun) return planningMove(snapshot, current);
  return isUnderWay(snapshot) ? replanningMove(snapshot, current) : reportingMove(snapshot, current);
}

/** Plans that a completed run takes up. One that failed or was cancelled takes up none: what still waits for a person then is void. */
const reopens = new Set<PlanFacts['status']>(['accepted', 'wanted']);

/** The run goes on, or it will when it takes up what was decided meanwhile. */
export function isUnderWay({ planRun, plan }: TaskSnapshot): boolean {
  if (!planRun) return false;
  if (!isFinished(planRun.status)) return true;
  return planRun.status === 'completed' && isNewer(plan, planRun) && reopens.has(plan.status);
}

function isNewer(plan: TaskSnapshot['plan'], { planN }: PlanRunFacts): plan is PlanFacts {
  return plan != null && plan.n > (planN ?? plan.n);
}
