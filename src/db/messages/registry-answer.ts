import type { CapabilityAnswer } from '../../contracts/message.ts';
import { notFound } from '../../errors.ts';
import { readAgent } from '../agent-reads.ts';
import type { Tx } from '../record.ts';

/** What an agent can do and how busy it is, as the record knows it at this moment. */
export async function readCapabilities(tx: Tx, agentId: string): Promise<CapabilityAnswer> {
  const agent = await readAgent(tx, agentId);
  if (!agent) throw notFound('agent', agentId);
  const [queue] = await tx.sql<{ n: number }>(
    `SELECT count(*)::int AS n FROM tasks WHERE workspace_id = $1 AND status = 'waiting' AND waiting_for = 'capacity' AND $2 = ANY (waits_on)`,
    [tx.workspaceId, agentId],
  );
  const { id, name, role, status, active } = agent;
  const { capabilities, limits } = agent.spec;
  return {
    agentId: id,
    name,
    role,
    status,
    capabilities,
    active,
    maxConcurrent: limits.maxConcurrent,
    waiting: queue?.n ?? 0,
  };
}
