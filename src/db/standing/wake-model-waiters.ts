import type { Database } from '../record.ts';

/**
 * Tasks that wait for a fit model look again: called when a process starts, because keys and models may have been added. Those for
 * which nothing changed go on waiting.
 * @returns how many were woken
 */
export async function wakeModelWaiters(db: Database): Promise<number> {
  const rows = await db.acrossWorkspaces<{ id: string; title: string; rootId: string; workspaceId: string }>(
    `SELECT id, title, root_id, workspace_id FROM tasks WHERE status = 'waiting' AND waiting_for = 'model' ORDER BY id`,
  );
  for (const workspaceId of new Set(rows.map((row) => row.workspaceId))) {
    await db.inWorkspace({ workspaceId, actor: 'system' }, async (tx) => {
      for (const row of rows) {
        if (row.workspaceId === workspaceId) tx.wake({ target: `task/${row.id}`, label: row.title, rootTaskId: row.rootId });
      }
    });
  }
  return rows.length;
}
