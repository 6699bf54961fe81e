import { defaultMaxHops } from '../../contracts/workspace.ts';
import type { HopsFacts } from '../../core/task/snapshot.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { closedStates } from './closed-states.ts';

/** How far the task is in a chain of agents answering agents; a person's word starts the count anew. */
export async function loadHops(tx: Tx, task: Pick<TaskRow, 'id'>): Promise<HopsFacts> {
  const [row] = await tx.sql<{ heard: number | null; limit: number | null }>(
    `SELECT (SELECT max(hops) FROM messages WHERE task_id = $1 AND from_kind <> 'person' AND state NOT IN ${closedStates}
               AND id > coalesce((SELECT max(id) FROM messages WHERE task_id = $1 AND from_kind = 'person'), '')) AS heard,
            (SELECT (settings->>'maxHops')::int FROM workspaces WHERE id = $2) AS "limit"`,
    [task.id, tx.workspaceId],
  );
  return { heard: row?.heard ?? 0, limit: row?.limit ?? defaultMaxHops };
}
