import { isDeepStrictEqual } from 'node:util';
import type { AgentSpec, UpdateAgent } from '../contracts/agent.ts';
import { lockAgent, reviseAgent } from '../db/agent-store.ts';
import { sayStatus } from '../db/agent-status-events.ts';
import { wakeCapacityWaiters } from '../db/assignment/capacity-waiters.ts';
import type { AgentRow } from '../db/mappings/agent.ts';
import type { Tx } from '../db/record.ts';
import { wakeForPolicy } from '../db/standing/wake-model-waiters.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireNotAgent, requireOperator } from './caller.ts';
import { checkAgent } from './check-agent.ts';

export interface UpdateAgentInput {
  agentId: string;
  changes: UpdateAgent;
  /** The revision that the person looked at; null: whatever is there. */
  ifMatch: string | null;
}

/** Changes make a new revision; attempts that have made a call keep theirs. What changes nothing makes none. */
export async function updateAgent(
  tx: Tx,
  caller: Caller,
  { agentId, changes, ifMatch }: UpdateAgentInput,
): Promise<void> {
  requireOperator(caller);
  requireNotAgent(caller);
  const row = await lockAgent(tx, agentId);
  if (!row) throw notFound('agent', agentId);
  if (ifMatch !== null && ifMatch !== String(row.revision)) {
    throw new AppError(
      'precondition_failed',
      `The agent is at revision ${row.revision} by now. Look at it and try again.`,
    );
  }
  if (row.archivedAt) throw new AppError('wrong_state', 'The agent is archived.');
  const { spec } = row;
  await makeRevision(tx, row, {
    ...spec,
    ...named(changes),
    modelPolicy: { ...spec.modelPolicy, ...named(changes.modelPolicy ?? {}) },
    limits: { ...spec.limits, ...named(changes.limits ?? {}) },
  });
}

/** Without what is there only as `undefined`. */
function named<Values extends object>(
  values: Values,
): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Values]?: Exclude<Values[Key], undefined> };
}

/** `before` is the locked row. */
export async function makeRevision(tx: Tx, before: AgentRow, after: AgentSpec): Promise<void> {
  const { id: agentId, spec } = before;
  const changed = (Object.keys(after) as (keyof AgentSpec)[]).filter(
    (key) => !isDeepStrictEqual(spec[key], after[key]),
  );
  if (changed.length === 0) return;
  checkAgent(after);
  const row = await reviseAgent(tx, agentId, after);
  const { name, revision } = row;
  tx.emit({ stream: `agent/${agentId}`, type: 'agent.updated', data: { name, revision, changed } });
  sayStatus(tx, agentId, { before, after: row, reason: 'another limit' });
  const mayFit = new Set<keyof AgentSpec>(['role', 'capabilities', 'limits', 'tools']);
  if (changed.some((key) => mayFit.has(key))) await wakeCapacityWaiters(tx);
  if (changed.includes('modelPolicy')) await wakeForPolicy(tx, agentId);
}
