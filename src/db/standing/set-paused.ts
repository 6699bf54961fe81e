import { subtreeOf } from './subtree.ts';
import type { Tx } from '../record.ts';

/**
 * Pauses or resumes a task or a run with the plans below it. Steps that are at work finish; nothing new begins. A task without a plan
 * stops between two turns when it is named itself. Runs are locked before tasks, each in order of ids.
 *
 * What was started while we waited for a lock is found by looking again: under rows that are paused nothing new can start.
 */
export async function setPaused(tx: Tx, of: Named, paused: boolean): Promise<void> {
  while (await markTree(tx, of, paused));
}

interface Named {
  taskIds?: string[];
  runIds?: string[];
}

/** @returns how many changed */
async function markTree(tx: Tx, of: Named, paused: boolean): Promise<number> {
  const { taskIds, runIds } = await subtreeOf(tx, of);
  const runs = await mark(tx, { table: 'runs', ids: runIds, paused, named: [] });
  const tasks = await mark(tx, { table: 'tasks', ids: taskIds, paused, named: of.taskIds ?? [] });
  for (const row of runs) {
    tx.emit(
      { stream: `run/${row.id}`, type: paused ? 'run.paused' : 'run.resumed', data: {} },
      { rootTaskId: row.root },
    );
    tx.wake({ target: `run/${row.id}`, label: row.label, rootTaskId: row.root });
  }
  for (const row of tasks) tx.wake({ target: `task/${row.id}`, label: row.label, rootTaskId: row.root });
  return tasks.length + runs.length;
}

interface Marking {
  table: 'tasks' | 'runs';
  ids: string[];
  paused: boolean;
  named: string[];
}

async function mark(tx: Tx, { table, ids, paused, named }: Marking) {
  const [label, root] = table === 'tasks' ? ['title', 'root_id'] : ['name', 'root_task_id'];
  const which =
    table === 'tasks'
      ? 'AND (plan_run_id IS NOT NULL OR id = ANY ($4) OR NOT $3)'
      : 'AND ($4::text[] IS NOT NULL)';
  const status =
    table === 'runs'
      ? `, status = CASE WHEN status IN ('running', 'waiting', 'paused') THEN '${paused ? 'paused' : 'running'}' ELSE status END`
      : '';
  return tx.sql<{ id: string; label: string; root: string | null }>(
    `WITH open AS (
       SELECT id FROM ${table} WHERE id = ANY ($1) AND workspace_id = $2 AND (paused_at IS NULL) = $3 ${which}
          AND cancel_requested_at IS NULL AND status NOT IN ('completed', 'failed', 'cancelled') ORDER BY id FOR NO KEY UPDATE)
     UPDATE ${table} t SET paused_at = CASE WHEN $3 THEN now() END, version = version + 1${status} FROM open WHERE t.id = open.id
     RETURNING t.id, t.${label} AS label, t.${root} AS root`,
    [ids, tx.workspaceId, paused, named],
  );
}
