/**
 * News that change a plan. A Chief of Staff that hears them asks by a tool to write it again: the whole of a plan that waits to be accepted,
 * which is taken back (`planning.ts`); the rest of one that is carried out, whose run then holds still, as after a failed step
 * (`replanning.ts`).
 */
import { isFinished } from '../../contracts/status.ts';
import { maxReplans } from './replanning.ts';
import type { PlanRunFacts } from './snapshot.ts';

/** Plans of one task that may be taken back before a person decides. */
export const maxTakenBack = 5;

/** What of a task's plans can still be changed. */
export interface OpenPlan {
  /** The newest waits for a person. */
  waits: boolean;
  /** How many were taken back so far. */
  takenBack: number;
  /** `newestN`: the number of the newest plan of the task. */
  run: (Pick<PlanRunFacts, 'status' | 'planN' | 'replan'> & { newestN: number }) | null;
}

/** Why the plan cannot be changed now, told to the model; null when it can. */
export function whyNoRevision({ waits, takenBack, run }: OpenPlan): string | null {
  if (waits)
    return takenBack < maxTakenBack
      ? null
      : `${takenBack} plans were taken back, and there are no more: this one waits until a person accepts it or sends it back.`;
  if (run === null) return 'There is no plan of yours that waits or is being carried out.';
  return whyNoNewRest(run);
}

function whyNoNewRest({ status, planN, replan, newestN }: NonNullable<OpenPlan['run']>): string | null {
  if (isFinished(status))
    return 'The plan is not being carried out any more: nothing of it is left to change.';
  if (replan?.open != null || newestN > (planN ?? newestN))
    return 'A new rest of the plan is being asked for already. You write it next, with all that you know then.';
  if ((replan?.asked ?? 0) >= maxReplans)
    return `${maxReplans} new plans were asked for, and there are no more: the plan goes on as it is.`;
  return null;
}
