import { sayStatus } from '../agent-status-events.ts';
import { writeCards } from './agent-cards.ts';
import { lockAgent } from '../agent-store.ts';
import { wakeCapacityWaiters } from './capacity-waiters.ts';
import type { AgentRow } from '../mappings/agent.ts';
import type { Database, Tx } from '../record.ts';

/**
 * The load of an agent is how many tasks hold a slot of it. The count beside it is what assignment compares with the most: should the two
 * ever differ (a restored backup, a hand in the database), the count follows the tasks, its cards follow the count, and whoever waits
 * looks again. Both are written in one transaction, so a difference that one statement sees is real.
 * @returns how many were healed
 */
export async function healSlots(db: Database): Promise<number> {
  const drifted = await db.acrossWorkspaces<{ id: string; workspaceId: string }>(
    `SELECT a.id, a.workspace_id FROM agents a
       LEFT JOIN (SELECT agent_id, count(*) AS n FROM tasks WHERE holds_slot GROUP BY agent_id) t ON t.agent_id = a.id
      WHERE a.active <> coalesce(t.n, 0) OR EXISTS (
        SELECT 1 FROM agent_capabilities c WHERE c.agent_id = a.id
           AND (c.active, c.max_concurrent, c.probe_at) IS DISTINCT FROM (a.active, a.max_concurrent, a.probe_at))
      ORDER BY a.id`,
  );
  for (const { id, workspaceId } of drifted)
    await db.inWorkspace({ workspaceId, actor: 'system' }, (tx) => healAgent(tx, id));
  return drifted.length;
}

/** Counted again with the row's lock held: whoever takes or gives back a slot needs it too. */
async function healAgent(tx: Tx, agentId: string): Promise<void> {
  const before = await lockAgent(tx, agentId);
  if (!before) return;
  const [after] = await tx.sql<AgentRow>(
    `UPDATE agents SET active = (SELECT count(*) FROM tasks WHERE agent_id = $1 AND workspace_id = $2 AND holds_slot)
      WHERE id = $1 AND workspace_id = $2 RETURNING *`,
    [agentId, tx.workspaceId],
  );
  await writeCards(tx, agentId);
  if (after && after.active !== before.active) {
    const what = `${before.active} → ${after.active} tasks at work`;
    const why = 'The count differed from the tasks that hold a slot.';
    tx.emit({ stream: `agent/${agentId}`, type: 'repair.made', data: { what, why } });
    sayStatus(tx, agentId, { before, after, reason: 'counted again' });
  }
  await wakeCapacityWaiters(tx);
}
