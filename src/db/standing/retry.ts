/**
 * Retry: finished work is reused, what is tried again gets a new attempt of the same task.
 *
 * 1. A retried run goes on with the version that it pinned. Its task (whose plan it is) is opened again before it, up to the root.
 * 2. A task that is opened again starts with a fresh count of attempts; earlier ones stay in the record.
 * 3. Locks: runs before tasks, parents before children.
 */
import { isFinished } from '../../contracts/status.ts';
import type { StepChanges } from '../../contracts/run.ts';
import { stepsToReset } from '../../core/workflow/steps-to-reset.ts';
import { AppError } from '../../errors.ts';
import type { RunRow } from '../mappings/run.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { lockRun, updateRun } from '../run-store.ts';
import { lockTask, updateTask } from '../task-store.ts';
import { findVersion } from '../workflow-store.ts';
import { notWaiting } from './move-context.ts';
import { resetSteps } from './reset-steps.ts';

export interface RunRetry {
  /** A step id, or the key of one item of a forEach; without it, everything that did not complete. */
  from?: string | undefined;
  changes?: StepChanges | undefined;
}

const retryable = new Set(['failed', 'cancelled']);

/** @throws AppError not_found, wrong_state, invalid_request (unknown step) */
export async function retryRun(tx: Tx, runId: string, retry: RunRetry): Promise<void> {
  const run = await lockRun(tx, runId);
  if (!retryable.has(run.status))
    throw new AppError(
      'wrong_state',
      `The run is ${run.status}: only a failed or cancelled one can be retried.`,
    );
  if (run.parentRunId)
    throw new AppError(
      'wrong_state',
      `The run carries out step ${run.parentStepKey} of ${run.parentRunId}: retry that run, which runs it anew.`,
    );
  const above = run.taskId ? await runsAbove(tx, run.taskId) : [];
  for (const id of above) await reopenRun(tx, await lockRun(tx, id));
  await resetFrom(tx, run, retry);
  await reopenRun(tx, run);
  tx.wake({ target: `run/${run.id}`, label: run.name, rootTaskId: run.rootTaskId });
  if (run.taskId) await reopenUpwards(tx, run.taskId);
}

/** @throws AppError not_found, wrong_state */
export async function retryTask(tx: Tx, taskId: string): Promise<void> {
  const [seen] = await tx.sql<Pick<TaskRow, 'planRunId' | 'runId' | 'stepKey' | 'status'>>(
    'SELECT plan_run_id, run_id, step_key, status FROM tasks WHERE id = $1 AND workspace_id = $2',
    [taskId, tx.workspaceId],
  );
  if (
    seen?.planRunId &&
    (await statusOfRun(tx, seen.planRunId)) !== 'completed' &&
    retryable.has(seen.status)
  )
    return retryRun(tx, seen.planRunId, {});
  if (seen?.runId && retryable.has(seen.status)) return retryStepTask(tx, seen.runId, seen.stepKey);
  const task = await lockTask(tx, taskId);
  if (!retryable.has(task.status))
    throw new AppError(
      'wrong_state',
      `The task is ${task.status}: only a failed or cancelled one can be retried.`,
    );
  await reopenTask(tx, task);
}

/** A step's task is tried again by its run, which knows what comes after it. */
async function retryStepTask(tx: Tx, runId: string, stepKey: string | null): Promise<void> {
  const status = await statusOfRun(tx, runId);
  if (!isFinished(status))
    throw new AppError(
      'wrong_state',
      `Step ${stepKey ?? ''} belongs to a run that is still ${status}: wait until it ends.`,
    );
  await retryRun(tx, runId, { from: stepKey ?? undefined });
}

async function statusOfRun(tx: Tx, id: string): Promise<RunRow['status']> {
  const [row] = await tx.sql<{ status: RunRow['status'] }>(
    'SELECT status FROM runs WHERE id = $1 AND workspace_id = $2',
    [id, tx.workspaceId],
  );
  return row?.status ?? 'failed';
}

async function resetFrom(tx: Tx, run: RunRow, { from, changes }: RunRetry): Promise<void> {
  const found = await findVersion(tx, run.workflowId, run.workflowVersion);
  if (!found) throw new AppError('internal', `Run ${run.id} has no definition.`);
  const rows = await tx.sql<{ key: string; stepId: string; index: number | null; status: 'pending' }>(
    'SELECT key, step_id, index, status FROM steps WHERE run_id = $1 ORDER BY key',
    [run.id],
  );
  const row = rows.find(({ key }) => key === from);
  if (from !== undefined && !row) throw unknownStep(from, found.definition.steps);
  const keys = stepsToReset(found.definition, rows, from);
  const change = from !== undefined && changes ? { step: from, changes } : undefined;
  const about = row && [row.stepId];
  await resetSteps(tx, run, { keys, reason: 'Retried by a person.', about, change });
}

function unknownStep(from: string, steps: readonly { id: string }[]): AppError {
  const message = `The run has no step "${from}". It has: ${steps.map(({ id }) => id).join(', ')}.`;
  return new AppError('invalid_request', message, {
    problems: [{ pointer: '/from', code: 'unknown_step', message }],
  });
}

/** Runs above a task, outermost first. */
async function runsAbove(tx: Tx, taskId: string): Promise<string[]> {
  const rows = await tx.sql<{ id: string }>(
    `WITH RECURSIVE up (task_id, run_id) AS (
       SELECT id, run_id FROM tasks WHERE id = $1
       UNION SELECT t.id, t.run_id FROM up JOIN runs r ON r.id = up.run_id JOIN tasks t ON t.id = r.task_id)
     SELECT run_id AS id FROM up WHERE run_id IS NOT NULL ORDER BY run_id`,
    [taskId],
  );
  return rows.map((row) => row.id);
}

async function reopenRun(tx: Tx, run: RunRow): Promise<void> {
  if (!isFinished(run.status)) return requireNotCancelled(run, 'run');
  await updateRun(tx, run, {
    status: 'running',
    error: null,
    output: null,
    endedAt: null,
    pausedAt: null,
    cancelRequestedAt: null,
    cancelReason: null,
    replan: null,
  });
  tx.emit({ stream: `run/${run.id}`, type: 'run.resumed', data: {} }, { rootTaskId: run.rootTaskId });
}

/** What is above goes on with it, and so must not be about to end. @throws AppError wrong_state */
function requireNotCancelled({ id, cancelRequestedAt }: RunRow | TaskRow, what: 'run' | 'task'): void {
  if (cancelRequestedAt)
    throw new AppError(
      'wrong_state',
      `The ${what} above it, ${id}, is being cancelled: wait until it has ended.`,
    );
}

/** The task whose plan a reopened run is, and the tasks above it. */
async function reopenUpwards(tx: Tx, taskId: string): Promise<void> {
  const task = await lockTask(tx, taskId);
  if (!isFinished(task.status)) return requireNotCancelled(task, 'task');
  await reopenTask(tx, task);
  const [above] = await tx.sql<{ taskId: string | null }>('SELECT task_id FROM runs WHERE id = $1', [
    task.runId,
  ]);
  if (above?.taskId) await reopenUpwards(tx, above.taskId);
}

/** Opens a failed or cancelled task again; its next look assigns it anew. */
export async function reopenTask(
  tx: Tx,
  task: TaskRow,
  changed: Partial<
    Pick<
      TaskRow,
      | 'goal'
      | 'wantedAgentId'
      | 'context'
      | 'changes'
      | 'method'
      | 'outputSchema'
      | 'requires'
      | 'tools'
      | 'toolCall'
    >
  > = {},
): Promise<void> {
  if (!isFinished(task.status)) return;
  if (task.status === 'completed' && Object.keys(changed).length === 0) {
    throw new AppError(
      'wrong_state',
      'The task is completed: only a failed or cancelled one can be retried.',
    );
  }
  await updateTask(tx, task, {
    ...changed,
    ...notWaiting,
    status: 'pending',
    result: null,
    // It was said of that result; what it counted for or against its agent stays.
    rating: null,
    ratingNote: null,
    error: null,
    agentId: null,
    holdsSlot: false,
    attemptsBefore: task.attempt,
    cancelRequestedAt: null,
    cancelReason: null,
    pausedAt: null,
    endedAt: null,
  });
  tx.emit(
    { stream: `task/${task.id}`, type: 'task.resumed', data: { after: 'person' } },
    { rootTaskId: task.rootId },
  );
  tx.wake({ target: `task/${task.id}`, label: task.title, rootTaskId: task.rootId });
}
