import type { Start, StepError } from '../../core/workflow/step-rows.ts';
import type { NewTask } from './decide-new-tasks.ts';
import { onRun, type RunContext, titleOf } from './run-context.ts';

/** What a step that has begun stands for. */
export interface Begun {
  status: 'in_progress' | 'waiting' | 'failed';
  taskId: string | null;
  approvalId: string | null;
  childRunId: string | null;
  /** Why it stands still or failed, for people. */
  reason: string | null;
  error: StepError | null;
  /** Of an agent step whose task is new. */
  made?: NewTask;
}

export const atWork: Begun = {
  status: 'in_progress',
  taskId: null,
  approvalId: null,
  childRunId: null,
  reason: null,
  error: null,
};

export function writeStarted({ tx, run }: RunContext, start: Start, begun: Begun): void {
  const { status, taskId, approvalId, childRunId, reason, error } = begun;
  tx.write(
    `INSERT INTO steps AS s (run_id, workspace_id, key, step_id, index, status, task_id, attempts, due_at, started_at, wait_until, approval_id, reason, child_run_id, error, ended_at)
     VALUES ($1, $2, $3, $4, $5, $9, $6, $7, $8, now(), $10, $11, $12, $13, $14, CASE WHEN $9 = 'failed' THEN now() END)
     ON CONFLICT (run_id, key) DO UPDATE SET status = excluded.status, task_id = excluded.task_id, attempts = excluded.attempts,
       due_at = excluded.due_at, started_at = coalesce(s.started_at, now()), error = excluded.error, reason = excluded.reason, ended_at = excluded.ended_at,
       child_run_id = excluded.child_run_id,
       wait_until = excluded.wait_until, approval_id = excluded.approval_id`,
    [
      run.id,
      tx.workspaceId,
      start.key,
      start.stepId,
      start.index,
      taskId,
      start.attempt,
      timeOf(start.dueAt),
      status,
      timeOf(start.waitUntil),
      approvalId,
      reason,
      childRunId,
      error === null ? null : JSON.stringify(error),
    ],
  );
}

export function emitStarted({ tx, run, definition }: RunContext, start: Start, begun: Begun): void {
  const { taskId, error } = begun;
  const status: 'waiting' | 'in_progress' = begun.status === 'waiting' ? 'waiting' : 'in_progress';
  const data = { key: start.key, title: titleOf(definition, start.key), taskId };
  const place = { rootTaskId: run.rootTaskId };
  tx.emit(onRun(run, 'step.started', { ...data, status }), place);
  if (error) tx.emit(onRun(run, 'step.failed', { ...data, code: error.code, message: error.message }), place);
}

export function timeOf(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}
