/** What comes from Temporal's side instead of a person or an agent: a hand in the Web UI, a start that never succeeded. */
import type { Failure } from '../../contracts/task.ts';
import { isFinished } from '../../contracts/status.ts';
import type { Database, Tx } from '../record.ts';
import { expireApprovals } from '../approvals/approval-store.ts';
import { stopAll, stopByOperations } from '../conversations/stand-conversation.ts';
import { withdrawQuestions } from '../messages/ask-for-step.ts';
import { lockRun } from '../run-store.ts';
import { loadTaskFacts, lockTask } from '../task-store.ts';
import { cancelSteps } from './cancel-steps.ts';
import { endRun } from './end-run.ts';
import { failTask } from './end-task.ts';
import { requestCancel } from './request-cancel.ts';

const reason = 'Cancelled by operations in Temporal.';

export interface CancelledExecution {
  kind: 'task' | 'run';
  id: string;
  /** When it began. */
  since: Date;
}

/**
 * An execution that was cancelled asks for it once, and may ask again when its answer was lost. What a person has tried again by then goes on.
 */
export async function cancelExecution(tx: Tx, { kind, id, since }: CancelledExecution): Promise<void> {
  const done = await tx.sql(
    `SELECT 1 FROM events WHERE stream = $1 AND type IN ('task.cancelled', 'run.cancelled') AND at >= $2 AND data->>'reason' = $3 LIMIT 1`,
    [`${kind}/${id}`, since, reason],
  );
  if (done.length === 0) await cancelNamed(tx, { kind, id });
}

async function cancelNamed(tx: Tx, { kind, id }: Pick<CancelledExecution, 'kind' | 'id'>): Promise<void> {
  const { tasks, runs } = await requestCancel(tx, { [`${kind}Ids`]: [id], reason });
  if (tasks + runs === 0) return;
  const [row] = await tx.sql<{ rootTaskId: string | null }>(
    `SELECT ${kind === 'run' ? 'root_task_id' : 'root_id'} AS root_task_id FROM ${kind}s WHERE id = $1`,
    [id],
  );
  const data = { what: 'cancelled', why: reason };
  tx.emit({ stream: `${kind}/${id}`, type: 'repair.made', data }, { rootTaskId: row?.rootTaskId ?? null });
}

/** Somebody cancelled or terminated `task/{id}` or `run/{id}` in Temporal: the record asks it and everything below to stop. */
export async function cancelByOperations(db: Database, target: string): Promise<void> {
  await onTarget(db, { target, actor: 'operations' }, (tx, { kind, id }) =>
    kind === 'conversation' ? stopByOperations(tx, { id }) : cancelNamed(tx, { kind, id }),
  );
}

/** It could not be started in Temporal, try after try: a typed failure instead of silence. */
export async function failByDispatch(db: Database, target: string, message: string): Promise<void> {
  const error = { code: 'dispatch_failed', message };
  await onTarget(db, { target, actor: 'system' }, (tx, { kind, id }) =>
    kind === 'run'
      ? failRunById(tx, id, error)
      : kind === 'task'
        ? failTaskById(tx, id, error)
        : stopAll(tx, { id }, message),
  );
}

interface Named {
  kind: 'task' | 'run' | 'conversation';
  id: string;
}

/** Files have nobody to tell: their own Temporal workflow settles them. */
async function onTarget(
  db: Database,
  { target, actor }: { target: string; actor: string },
  work: (tx: Tx, named: Named) => Promise<unknown>,
): Promise<void> {
  const [kind, id = ''] = target.split('/');
  if (kind !== 'task' && kind !== 'run' && kind !== 'conversation') return;
  const [row] = await db.acrossWorkspaces<{ workspaceId: string }>(
    `SELECT workspace_id FROM ${kind}s WHERE id = $1`,
    [id],
  );
  if (row) await db.inWorkspace({ workspaceId: row.workspaceId, actor }, (tx) => work(tx, { kind, id }));
}

/** A plan that is being carried out stops too; runs are locked before tasks. */
async function failTaskById(tx: Tx, id: string, error: Failure): Promise<void> {
  const [plan] = await tx.sql<{ runId: string | null }>(
    'SELECT plan_run_id AS run_id FROM tasks WHERE id = $1',
    [id],
  );
  if (plan?.runId) await requestCancel(tx, { runIds: [plan.runId], reason: error.message });
  const task = await lockTask(tx, id);
  if (isFinished(task.status)) return;
  const facts = await loadTaskFacts(tx, task);
  await tx.sql(
    `UPDATE effects SET status = 'abandoned', settled_at = now() WHERE task_id = $1 AND status = 'planned'`,
    [id],
  );
  const world = { now: new Date(), models: [], tools: [] };
  await failTask({ tx, task, world, snapshot: { ...facts, models: [], team: null } }, error);
  tx.stop(id);
}

/** Its tasks are asked to stop, its steps end with it. */
async function failRunById(tx: Tx, id: string, error: Failure): Promise<void> {
  const run = await lockRun(tx, id);
  if (isFinished(run.status)) return;
  const atWork = await cancelSteps(tx, run, { statuses: ['in_progress', 'waiting'], reason: error.message });
  await expireApprovals(tx, run, { keys: null, reason: error.message });
  await withdrawQuestions(tx, run, { keys: null, reason: error.message });
  await endRun(
    { tx, run },
    { status: 'failed', error: { code: 'step_failed', message: error.message, cause: error } },
  );
  const below = {
    taskIds: atWork.flatMap((step) => step.taskId ?? []),
    runIds: atWork.flatMap((step) => step.childRunId ?? []),
  };
  await requestCancel(tx, { ...below, reason: error.message });
}
