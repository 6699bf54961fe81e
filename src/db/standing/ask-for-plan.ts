/** A run of a plan and its Chief of Staff: when a step fails that may be planned anew (`onError: replan`), the run asks and holds still. */
import { maxReplans } from '../../core/task/replanning.ts';
import {
  isRunning,
  type NextSteps,
  type RunControl,
  type RunEnd,
  type StepRow,
} from '../../core/workflow/step-rows.ts';
import type { RunRow } from '../mappings/run.ts';
import { updateRun } from '../run-store.ts';
import { neverAsked } from './follow-plan.ts';
import type { RunContext } from './run-context.ts';

export function controlOf(run: RunRow): RunControl {
  const { asked, open, declined } = run.replan ?? neverAsked;
  return {
    cancelRequested: run.cancelRequestedAt !== null,
    paused: run.pausedAt !== null,
    canReplan: run.taskId !== null && declined === null && (open !== null || asked < maxReplans),
    replanning: open !== null,
  };
}

/** Once for a question: the task whose plan it is writes the answer, and wakes the run. */
export async function askForPlan({ tx, run }: RunContext, { replan, end }: NextSteps): Promise<void> {
  const state = run.replan ?? neverAsked;
  if (replan.length === 0 || end !== null || state.open !== null || run.taskId === null || run.pausedAt)
    return;
  await updateRun(tx, run, { replan: { ...state, asked: state.asked + 1, open: replan, news: null } });
  tx.wake({ target: `task/${run.taskId}`, label: run.name, rootTaskId: run.rootTaskId });
}

/** Nothing is at work any more: all that goes on is the planning. */
export function waitsForPlan(run: RunRow, steps: readonly Pick<StepRow, 'status'>[]): boolean {
  return run.replan?.open != null && !steps.some(({ status }) => isRunning(status));
}

/** A run that fails at a step that might have been planned anew says why it was not. */
export function endWithReason({ run, definition }: RunContext, end: RunEnd): RunEnd {
  const why = whyNoPlan(run);
  if (end.status !== 'failed' || why === null) return end;
  const { error } = end;
  const step = definition.steps.find(({ id }) => id === error.stepId);
  if (step?.onError !== 'replan') return end;
  const message = `${error.message} ${why}`;
  return { status: 'failed', error: { ...error, message, cause: { code: 'replan_limit', message } } };
}

function whyNoPlan({ replan }: RunRow): string | null {
  if (!replan || replan.asked === 0) return null;
  if (replan.declined !== null) return `There is no new plan: ${replan.declined}`;
  return replan.asked >= maxReplans ? `${maxReplans} new plans were tried.` : null;
}
