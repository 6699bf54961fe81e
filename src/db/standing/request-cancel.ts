import type { Tx } from '../record.ts';
import { subtreeOf } from './subtree.ts';

export interface CancelRequest {
  taskIds?: string[];
  runIds?: string[];
  reason: string;
}

/**
 * Asks tasks and runs, and everything below them, to stop: marks the rows and wakes their Temporal workflows. Runs are locked before
 * tasks, both in order of their ids (which is the order of their making: parents first). What is finished stays as it is.
 *
 * What was started while we waited for a lock is found by looking again: under rows that are marked nothing new can start.
 */
export async function requestCancel(
  tx: Tx,
  request: CancelRequest,
): Promise<{ tasks: number; runs: number }> {
  const all = { tasks: 0, runs: 0 };
  for (;;) {
    const { tasks, runs } = await markTree(tx, request);
    if (tasks + runs === 0) return all;
    all.tasks += tasks;
    all.runs += runs;
  }
}

async function markTree(
  tx: Tx,
  { reason, ...named }: CancelRequest,
): Promise<{ tasks: number; runs: number }> {
  const below = await subtreeOf(tx, named);
  const runs = await mark(tx, 'runs', { ids: below.runIds, reason });
  const tasks = await mark(tx, 'tasks', { ids: below.taskIds, reason });
  for (const row of runs) tx.wake({ target: `run/${row.id}`, label: row.label, rootTaskId: row.root });
  for (const row of tasks) {
    tx.wake({ target: `task/${row.id}`, label: row.label, rootTaskId: row.root });
    tx.stop(row.id);
  }
  return { tasks: tasks.length, runs: runs.length };
}

async function mark(tx: Tx, table: 'tasks' | 'runs', { ids, reason }: { ids: string[]; reason: string }) {
  const label = table === 'tasks' ? 'title' : 'name';
  const root = table === 'tasks' ? 'root_id' : 'root_task_id';
  return tx.sql<{ id: string; label: string; root: string | null }>(
    `WITH open AS (
       SELECT id FROM ${table} WHERE id = ANY ($1) AND workspace_id = $2 AND cancel_requested_at IS NULL
          AND status NOT IN ('completed', 'failed', 'cancelled') ORDER BY id FOR NO KEY UPDATE)
     UPDATE ${table} t SET cancel_requested_at = now(), cancel_reason = $3, version = version + 1 FROM open WHERE t.id = open.id
     RETURNING t.id, t.${label} AS label, t.${root} AS root`,
    [ids, tx.workspaceId, reason],
  );
}
