import type { Tx } from '../record.ts';

/**
 * The cards of an agent follow its row: one per capability, one with the empty name. What is known of a capability stays as long as the
 * agent has it. The caller holds the row's lock.
 */
export async function writeCards(tx: Tx, agentId: string): Promise<void> {
  await tx.sql(
    `WITH agent AS (SELECT * FROM agents WHERE id = $1 AND workspace_id = $2
     ), named AS (
       SELECT '' AS name, 0 AS level UNION ALL
       SELECT c.name, c.level FROM agent, jsonb_to_recordset(agent.spec->'capabilities') AS c (name text, level int)
     ), gone AS (DELETE FROM agent_capabilities WHERE agent_id = $1 AND name NOT IN (SELECT name FROM named)
     )
     INSERT INTO agent_capabilities (agent_id, name, workspace_id, level, role, tools, duty, max_concurrent, active, probe_at, salt)
     SELECT a.id, n.name, a.workspace_id, n.level, a.role, ARRAY(SELECT jsonb_array_elements_text(a.spec->'tools')),
       CASE WHEN a.archived_at IS NOT NULL THEN 'archived' WHEN a.paused_at IS NOT NULL THEN 'paused' ELSE 'on' END,
       a.max_concurrent, a.active, a.probe_at, (hashtext(a.id) & 2147483647) | 1
     FROM agent a, named n
     ON CONFLICT (agent_id, name) DO UPDATE SET level = excluded.level, role = excluded.role, tools = excluded.tools, duty = excluded.duty,
       max_concurrent = excluded.max_concurrent, active = excluded.active, probe_at = excluded.probe_at`,
    [agentId, tx.workspaceId],
  );
}
