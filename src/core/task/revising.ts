/**
 * News that change what is left of a plan. A Chief of Staff that hears them while its plan is carried out may ask for a new rest of it by a
 * tool; the run then holds still and is given one, as after a failed step (`replanning.ts`).
 */
import { isFinished } from '../../contracts/status.ts';
import { maxReplans } from './replanning.ts';
import type { PlanRunFacts, TaskFacts } from './snapshot.ts';

export const revisePlanName = 'revise_plan';

/** The tools of an agent in this task. A Chief of Staff whose plan is carried out may change it, whatever its own list says; nobody else may. */
export function toolsInTask(
  tools: readonly string[],
  { role, planRunId, conversationId }: Pick<TaskFacts, 'role' | 'planRunId' | 'conversationId'>,
): string[] {
  const own = tools.filter((name) => name !== revisePlanName);
  return role === 'chief_of_staff' && planRunId !== null && !conversationId ? [...own, revisePlanName] : own;
}

/** `newestN`: the number of the newest plan of the task. */
export type RevisedRun = Pick<PlanRunFacts, 'status' | 'planN' | 'replan'> & { newestN: number };

/** Why the rest of the plan cannot be changed now, told to the model; null when it can. */
export function whyNoRevision({ status, planN, replan, newestN }: RevisedRun): string | null {
  if (isFinished(status))
    return 'The plan is not being carried out any more: nothing of it is left to change.';
  if (replan?.open != null || newestN > (planN ?? newestN))
    return 'A new rest of the plan is being asked for already. You write it next, with all that you know then.';
  if ((replan?.asked ?? 0) >= maxReplans)
    return `${maxReplans} new plans were asked for, and there are no more: the plan goes on as it is.`;
  return null;
}
