import type { Tx } from '../record.ts';

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
export async function requestCancel(tx: Tx, request: CancelRequest): Promise<{ tasks: number; runs: number }> {
  const all = { tasks: 0, runs: 0 };
  for (;;) {
    const { tasks, runs } = await markTree(tx, request);
    if (tasks + runs === 0) return all;
    all.tasks += tasks;
    all.runs += runs;
  }
}

async function markTree(tx: Tx, { taskIds = [], runIds = [], reason }: CancelRequest): Promise<{ tasks: number; runs: number }> {
  const below = await tx.sql<{ kind: 'task' | 'run'; id: string }>(
    `WITH RECURSIVE tree (kind, id) AS (
       SELECT 'task', t FROM unnest($1::text[]) AS t
       UNION SELECT 'run', r FROM unnest($2::text[]) AS r
       UNION
       SELECT c.kind, c.id FROM tree, LATERAL (
         SELECT 'run' AS kind, r.id FROM runs r WHERE (tree.kind = 'task' AND r.task_id = tree.id) OR (tree.kind = 'run' AND r.parent_run_id = tree.id)
         UNION ALL
         SELECT 'task', t.id FROM tasks t WHERE (tree.kind = 'run' AND t.run_id = tree.id) OR (tree.kind = 'task' AND t.parent_id = tree.id)
       ) AS c)
     SELECT kind, id FROM tree`,
    [taskIds, runIds],
  );
  const runs = await mark(tx, 'runs', { ids: below.filter((row) => row.kind === 'run').map((row) => row.id), reason });
  const tasks = await mark(tx, 'tasks', { ids: below.filter((row) => row.kind === 'task').map((row) => row.id), reason });
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
          AND status NOT IN ('completed', 'failed', 'cancelled') ORDER BY id FOR UPDATE)
     UPDATE ${table} t SET cancel_requested_at = now(), cancel_reason = $3, version = version + 1 FROM open WHERE t.id = open.id
     RETURNING t.id, t.${label} AS label, t.${root} AS root`,
    [[...ids].sort(), tx.workspaceId, reason],
  );
}
