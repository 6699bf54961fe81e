import type { WaitingFor } from '../contracts/status.ts';
import type { WaitChange } from '../core/task/waited.ts';
import type { Tx } from './record.ts';

/** When tasks began to wait, and went on, by their id. Those that never did are missing, or went on only. */
export async function readWaits(tx: Tx, taskIds: readonly string[]): Promise<Map<string, WaitChange[]>> {
  const rows = await tx.sql<{ id: string; at: Date; for: WaitingFor | null }>(
    `SELECT substr(stream, 6) AS id, at, CASE WHEN type = 'task.waiting' THEN data ->> 'for' END AS for FROM events
      WHERE stream = ANY ($1) AND workspace_id = $2 AND type IN ('task.waiting', 'task.resumed', 'task.started', 'task.assigned')
      ORDER BY stream, seq`,
    [taskIds.map((id) => `task/${id}`), tx.workspaceId],
  );
  return Map.groupBy(rows, ({ id }) => id);
}
