import { isDeepStrictEqual } from 'node:util';
import type { AgentSpec, UpdateAgent } from '../contracts/agent.ts';
import { lockAgent, reviseAgent } from '../db/agent-store.ts';
import { wakeCapacityWaiters } from '../db/capacity-waiters.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';
import { checkAgent } from './check-agent.ts';

export interface UpdateAgentInput {
  agentId: string;
  changes: UpdateAgent;
  /** The revision that the person looked at; null: whatever is there. */
  ifMatch: string | null;
}

/** Changes make a new revision; attempts that run keep theirs. What changes nothing makes none. */
export async function updateAgent(
  tx: Tx,
  caller: Caller,
  { agentId, changes, ifMatch }: UpdateAgentInput,
): Promise<void> {
  requireOperator(caller);
  const row = await lockAgent(tx, agentId);
  if (!row) throw notFound('agent', agentId);
  if (ifMatch !== null && ifMatch !== String(row.revision)) {
    throw new AppError(
      'precondition_failed',
      `The agent is at revision ${row.revision} by now. Look at it and try again.`,
    );
  }
  if (row.archivedAt) throw new AppError('wrong_state', 'The agent is archived.');
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  await makeRevision(tx, { agentId, before: row.spec, after: { ...row.spec, ...given } });
}

export async function makeRevision(
  tx: Tx,
  { agentId, before, after }: { agentId: string; before: AgentSpec; after: AgentSpec },
): Promise<void> {
  const changed = (Object.keys(after) as (keyof AgentSpec)[]).filter(
    (key) => !isDeepStrictEqual(before[key], after[key]),
  );
  if (changed.length === 0) return;
  checkAgent(after);
  const { name, revision } = await reviseAgent(tx, agentId, after);
  tx.emit({ stream: `agent/${agentId}`, type: 'agent.updated', data: { name, revision, changed } });
  if (changed.includes('capabilities') || changed.includes('limits')) await wakeCapacityWaiters(tx);
}
