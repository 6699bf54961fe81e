import type { RunRow } from '../mappings/run.ts';
import type { Tx } from '../record.ts';

const known = new WeakMap<RunRow, Promise<string | null>>();

/** The task that a step's task stands below: whose plan the run carries out, or the run whose step this run is; null when a person started it. */
export function taskAbove(tx: Tx, run: RunRow): Promise<string | null> | string | null {
  if (run.taskId !== null || run.parentRunId === null || run.rootTaskId === null) return run.taskId;
  const found = known.get(run) ?? readAbove(tx, run.parentRunId);
  known.set(run, found);
  return found;
}

async function readAbove(tx: Tx, runId: string): Promise<string | null> {
  const [row] = await tx.sql<{ taskId: string | null }>(
    `WITH RECURSIVE above (task_id, parent_run_id) AS (
       SELECT task_id, parent_run_id FROM runs WHERE id = $1 AND workspace_id = $2
       UNION ALL SELECT r.task_id, r.parent_run_id FROM above a JOIN runs r ON r.id = a.parent_run_id WHERE a.task_id IS NULL)
     SELECT task_id FROM above WHERE task_id IS NOT NULL`,
    [runId, tx.workspaceId],
  );
  return row?.taskId ?? null;
}
