import { lockAgent, setAgentTimes } from '../db/agent-store.ts';
import { sayStatus } from '../db/agent-status-events.ts';
import { wakeCapacityWaiters } from '../db/assignment/capacity-waiters.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

export type Duty = 'pause' | 'resume' | 'archive';

/** A paused or archived agent gets no new work; what it has at hand it finishes. Saying it twice changes nothing. */
export async function setAgentDuty(
  tx: Tx,
  caller: Caller,
  { agentId, duty }: { agentId: string; duty: Duty },
): Promise<void> {
  requireOperator(caller);
  const row = await lockAgent(tx, agentId);
  if (!row) throw notFound('agent', agentId);
  const { pausedAt, archivedAt } = row;
  const stream = `agent/${agentId}`;
  if (duty === 'archive') {
    if (archivedAt) return;
    const after = await setAgentTimes(tx, agentId, { pausedAt, archivedAt: new Date() });
    sayStatus(tx, agentId, { before: row, after, reason: 'archived' });
    tx.emit({ stream, type: 'agent.archived', data: {} });
    await wakeCapacityWaiters(tx, agentId);
    return;
  }
  if (archivedAt) throw new AppError('wrong_state', 'The agent is archived.');
  if ((pausedAt !== null) === (duty === 'pause')) return;
  const times = { pausedAt: duty === 'pause' ? new Date() : null, archivedAt: null };
  const after = await setAgentTimes(tx, agentId, times);
  sayStatus(tx, agentId, { before: row, after, reason: duty === 'pause' ? 'paused' : 'resumed' });
  await wakeCapacityWaiters(tx, duty === 'pause' ? agentId : null);
}
