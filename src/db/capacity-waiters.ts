import type { Tx } from './record.ts';

/** More would only queue again: whoever frees a slot wakes the next one. */
const most = 200;

/** Lets tasks that wait for a free agent look again, because agents changed: a new one, a resumed one, more slots or capabilities. */
export async function wakeCapacityWaiters(tx: Tx): Promise<void> {
  const waiters = await tx.sql<{ id: string; title: string; rootId: string }>(
    `SELECT id, title, root_id FROM tasks WHERE workspace_id = $1 AND status = 'waiting' AND waiting_for = 'capacity'
     ORDER BY priority DESC, waiting_since, id LIMIT ${most}`,
    [tx.workspaceId],
  );
  for (const { id, title, rootId } of waiters)
    tx.wake({ target: `task/${id}`, label: title, rootTaskId: rootId });
}
