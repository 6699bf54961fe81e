/** What comes from Temporal's side instead of a person or an agent: a hand in the Web UI, a start that never succeeded. */
import type { Failure } from '../../contracts/task.ts';
import { isFinished } from '../../contracts/status.ts';
import type { Database, Tx } from '../record.ts';
import { lockRun, updateRun } from '../run-store.ts';
import { loadTaskFacts, lockTask } from '../task-store.ts';
import { failTask } from './end-task.ts';
import { requestCancel } from './request-cancel.ts';
import { onRun } from './run-context.ts';

/** Somebody cancelled or terminated `task/{id}` or `run/{id}` in Temporal: the record asks it and everything below to stop. */
export async function cancelByOperations(db: Database, target: string): Promise<void> {
  const reason = 'Cancelled by operations in Temporal.';
  await onTarget(db, { target, actor: 'operations' }, (tx, { kind, id }) =>
    requestCancel(tx, kind === 'run' ? { runIds: [id], reason } : { taskIds: [id], reason }),
  );
}

/** It could not be started in Temporal, try after try: a typed failure instead of silence. */
export async function failByDispatch(db: Database, target: string, message: string): Promise<void> {
  const error = { code: 'dispatch_failed', message };
  await onTarget(db, { target, actor: 'system' }, (tx, { kind, id }) =>
    kind === 'run' ? failRunById(tx, id, error) : failTaskById(tx, id, error),
  );
}

interface Named {
  kind: 'task' | 'run';
  id: string;
}

/** Files have nobody to tell: their own Temporal workflow settles them. */
async function onTarget(db: Database, { target, actor }: { target: string; actor: string }, work: (tx: Tx, named: Named) => Promise<unknown>): Promise<void> {
  const [kind, id = ''] = target.split('/');
  if (kind !== 'task' && kind !== 'run') return;
  const [row] = await db.acrossWorkspaces<{ workspaceId: string }>(`SELECT workspace_id FROM ${kind}s WHERE id = $1`, [id]);
  if (row) await db.inWorkspace({ workspaceId: row.workspaceId, actor }, (tx) => work(tx, { kind, id }));
}

async function failTaskById(tx: Tx, id: string, error: Failure): Promise<void> {
  const task = await lockTask(tx, id);
  if (isFinished(task.status)) return;
  const facts = await loadTaskFacts(tx, task);
  const world = { now: new Date(), models: [], tools: [] };
  await failTask({ tx, task, world, snapshot: { ...facts, models: [], team: null } }, error);
}

async function failRunById(tx: Tx, id: string, error: Failure): Promise<void> {
  const run = await lockRun(tx, id);
  if (isFinished(run.status)) return;
  await updateRun(tx, run, { status: 'failed', error, endedAt: new Date(), wakeAt: null });
  tx.emit(onRun(run, 'run.failed', error), { rootTaskId: run.rootTaskId });
  if (run.taskId) tx.wake({ target: `task/${run.taskId}`, label: run.name, rootTaskId: run.rootTaskId });
}
