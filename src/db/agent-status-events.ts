import { type AgentFacts, agentStatus } from '../core/agent-status.ts';
import type { Tx } from './record.ts';

/** Every change of an agent's status is an event on its stream. To be called with the agent's row locked, so that they stand in order. */
export function sayStatus(
  tx: Tx,
  agentId: string,
  { before, after, reason }: { before: AgentFacts; after: AgentFacts; reason: string },
): void {
  const status = agentStatus(after);
  if (status === agentStatus(before)) return;
  tx.emit({ stream: `agent/${agentId}`, type: 'agent.status_changed', data: { status, reason } });
}
