import type { RunEnd } from '../../core/workflow/step-rows.ts';
import { updateRun } from '../run-store.ts';
import { onRun, type RunContext } from './run-context.ts';
import { cancelSteps } from './cancel-steps.ts';
import { parentWakeMs } from './take-wakes.ts';

/** The run's outcome, and a wake-up for the task whose plan it was, or the run whose step. Steps that never began end with it. */
export async function endRun({ tx, run }: Pick<RunContext, 'tx' | 'run'>, end: RunEnd): Promise<void> {
  const place = { rootTaskId: run.rootTaskId };
  const endedAt = new Date();
  await cancelSteps(tx, run, {
    statuses: ['pending'],
    reason: run.cancelReason ?? 'The run ended before this step began.',
  });
  if (end.status === 'completed') {
    await updateRun(tx, run, { status: 'completed', output: end.output, endedAt, wakeAt: null });
    tx.emit(onRun(run, 'run.completed', {}), place);
  } else if (end.status === 'failed') {
    const error = { code: end.error.cause?.code ?? end.error.code, message: end.error.message };
    await updateRun(tx, run, { status: 'failed', error, endedAt, wakeAt: null });
    tx.emit(onRun(run, 'run.failed', error), place);
  } else {
    await updateRun(tx, run, { status: 'cancelled', endedAt, wakeAt: null });
    tx.emit(onRun(run, 'run.cancelled', { reason: run.cancelReason ?? 'Cancelled.' }), place);
  }
  if (run.parentRunId)
    tx.wake({
      target: `run/${run.parentRunId}`,
      label: run.name,
      rootTaskId: run.rootTaskId,
      afterMs: parentWakeMs,
    });
  if (run.taskId)
    tx.wake({
      target: `task/${run.taskId}`,
      label: run.name,
      rootTaskId: run.rootTaskId,
      // The same after a correction.
      ...((run.planN ?? 1) > 1 ? {} : { afterMs: parentWakeMs }),
    });
}
