import type { Database, Tx } from '../record.ts';

interface Waiter {
  id: string;
  title: string;
  rootId: string;
}

/**
 * Tasks that wait for a fit model look again: called when a process starts, because keys and models may have been added. Those for
 * which nothing changed go on waiting.
 * @returns how many were woken
 */
export async function wakeModelWaiters(db: Database): Promise<number> {
  const rows = await db.acrossWorkspaces<Waiter & { workspaceId: string }>(
    `SELECT id, title, root_id, workspace_id FROM tasks WHERE status = 'waiting' AND waiting_for = 'model' ORDER BY id`,
  );
  for (const workspaceId of new Set(rows.map((row) => row.workspaceId))) {
    await db.inWorkspace({ workspaceId, actor: 'system' }, async (tx) => {
      for (const row of rows) if (row.workspaceId === workspaceId) wakeTask(tx, row);
    });
  }
  return rows.length;
}

/** In the transaction that changed the workspace's providers. */
export async function wakeForProviders(tx: Tx): Promise<void> {
  const rows = await tx.sql<Waiter>(
    `SELECT id, title, root_id FROM tasks
      WHERE workspace_id = $1 AND status = 'waiting' AND waiting_for IN ('model', 'outage') ORDER BY id`,
    [tx.workspaceId],
  );
  for (const row of rows) wakeTask(tx, row);
}

/** In the transaction that changed which models an agent may use. */
export async function wakeForPolicy(tx: Tx, agentId: string): Promise<void> {
  const rows = await tx.sql<Waiter>(
    `SELECT id, title, root_id FROM tasks WHERE workspace_id = $1 AND status = 'waiting' AND waiting_for = 'model' AND agent_id = $2 ORDER BY id`,
    [tx.workspaceId, agentId],
  );
  for (const row of rows) wakeTask(tx, row);
}

export function wakeTask(tx: Tx, { id, title, rootId }: Waiter): void {
  tx.wake({ target: `task/${id}`, label: title, rootTaskId: rootId });
}
