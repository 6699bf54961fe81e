import type { AgentSpec } from '../contracts/agent.ts';
import { insertAgent } from '../db/agent-store.ts';
import { wakeCapacityWaiters } from '../db/assignment/capacity-waiters.ts';
import type { Tx } from '../db/record.ts';
import { type Caller, requireNotAgent, requireOperator } from './caller.ts';
import { checkAgent } from './check-agent.ts';

export async function createAgent(tx: Tx, caller: Caller, spec: AgentSpec): Promise<{ id: string }> {
  requireOperator(caller);
  requireNotAgent(caller);
  checkAgent(spec);
  const { id, name, revision } = await insertAgent(tx, spec);
  tx.emit({ stream: `agent/${id}`, type: 'agent.created', data: { name, revision } });
  await wakeCapacityWaiters(tx);
  return { id };
}
