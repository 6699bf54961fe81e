import type { AgentSpec } from '../contracts/agent.ts';
import type { AgentRevisionRow } from './mappings/agent-revision.ts';
import type { AgentRow } from './mappings/agent.ts';
import { writeCards } from './assignment/agent-cards.ts';
import { passGate } from './assignment/agent-gate.ts';
import { newId } from './new-id.ts';
import type { Tx } from './record.ts';

/** Agents: the row with the newest spec, a row per revision, and the cards that assignment searches. */
export async function insertAgent(tx: Tx, spec: AgentSpec): Promise<AgentRow> {
  await passGate(tx);
  const [row] = await tx.sql<AgentRow>(
    `INSERT INTO agents (id, workspace_id, name, role, revision, spec, max_concurrent)
     VALUES ($1, $2, $3, $4, 1, $5, $6) RETURNING *`,
    [newId('agent'), tx.workspaceId, spec.name, spec.role, JSON.stringify(spec), spec.limits.maxConcurrent],
  );
  await writeRevision(tx, row as AgentRow);
  return row as AgentRow;
}

export async function findAgent(tx: Tx, agentId: string): Promise<AgentRow | null> {
  const [row] = await tx.sql<AgentRow>('SELECT * FROM agents WHERE id = $1 AND workspace_id = $2', [
    agentId,
    tx.workspaceId,
  ]);
  return row ?? null;
}

/** To change it. The lock is a statement of its own, taken before anything is decided on what it returns. */
export async function lockAgent(tx: Tx, agentId: string): Promise<AgentRow | null> {
  await passGate(tx);
  const [row] = await tx.sql<AgentRow>(
    'SELECT * FROM agents WHERE id = $1 AND workspace_id = $2 FOR NO KEY UPDATE',
    [agentId, tx.workspaceId],
  );
  return row ?? null;
}

/** Makes the next revision; the caller holds the row's lock. */
export async function reviseAgent(tx: Tx, agentId: string, spec: AgentSpec): Promise<AgentRow> {
  const [row] = await tx.sql<AgentRow>(
    `UPDATE agents SET name = $3, role = $4, spec = $5, max_concurrent = $6, revision = revision + 1,
       updated_at = clock_timestamp()
     WHERE id = $1 AND workspace_id = $2 RETURNING *`,
    [agentId, tx.workspaceId, spec.name, spec.role, JSON.stringify(spec), spec.limits.maxConcurrent],
  );
  await writeRevision(tx, row as AgentRow);
  return row as AgentRow;
}

export async function setAgentTimes(
  tx: Tx,
  agentId: string,
  times: { pausedAt: Date | null; archivedAt: Date | null },
): Promise<AgentRow> {
  const [row] = await tx.sql<AgentRow>(
    `UPDATE agents SET paused_at = $3, archived_at = $4, updated_at = clock_timestamp()
     WHERE id = $1 AND workspace_id = $2 RETURNING *`,
    [agentId, tx.workspaceId, times.pausedAt, times.archivedAt],
  );
  await writeCards(tx, agentId);
  return row as AgentRow;
}

export async function listRevisions(tx: Tx, agentId: string): Promise<AgentRevisionRow[]> {
  return tx.sql<AgentRevisionRow>(
    'SELECT * FROM agent_revisions WHERE agent_id = $1 AND workspace_id = $2 ORDER BY revision DESC',
    [agentId, tx.workspaceId],
  );
}

async function writeRevision(tx: Tx, row: AgentRow): Promise<void> {
  await tx.sql(
    `INSERT INTO agent_revisions (agent_id, revision, workspace_id, spec, actor) VALUES ($1, $2, $3, $4, $5)`,
    [row.id, row.revision, tx.workspaceId, JSON.stringify(row.spec), tx.actor],
  );
  await writeCards(tx, row.id);
}
