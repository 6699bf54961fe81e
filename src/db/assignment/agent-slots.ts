/**
 * Slots: how many tasks an agent works on at once.
 *
 * 1. Capacity is `active < max_concurrent` with the agent's row locked, in the statement that takes the slot. The cards of the agent
 *    carry a copy of `active`, written in the same statement.
 * 2. The transaction that frees a slot calls the next waiter. Rows that somebody holds are passed over, so that the order of locks (task
 *    before agent) cannot end in a deadlock.
 * 3. Nobody waits beside a free slot: see agent-gate.
 */
import type { CapacityNeed } from '../../contracts/assignment.ts';
import type { AgentFacts } from '../../core/agent-status.ts';
import { failuresUntilError, firstProbeMs } from '../../core/agent-status.ts';
import { fadingSql } from '../../core/task/score-assignment.ts';
import { gateClass, passGate } from './agent-gate.ts';
import { sayStatus } from '../agent-status-events.ts';
import { callNextWaiter, wakeCapacityWaiters } from './capacity-waiters.ts';
import { allEnded } from '../connection.ts';
import { aheadInQueue, type Place, placeValues } from './queue-order.ts';
import type { Tx } from '../record.ts';

interface SlotRow extends AgentFacts {
  id: string;
  wasActive: number;
  wasFailing: Date | null;
}

const statusColumns = (row: string) =>
  `${row}.id, ${row}.paused_at, ${row}.archived_at, ${row}.failing_since, ${row}.active, ${row}.max_concurrent`;

/**
 * A task that has begun takes a slot of its agent again, paused or not: what is begun is finished. Those who wait for the same and come
 * before it go first.
 */
export async function takeSlotAgain(tx: Tx, need: CapacityNeed, place: Place): Promise<boolean> {
  const [row] = await tx.sql<SlotRow>(
    `WITH held AS (
       SELECT id, active FROM agents
        WHERE id = $8 AND workspace_id = $1 AND active + ${aheadInQueue} < max_concurrent FOR NO KEY UPDATE
     ), taken AS (UPDATE agents a SET active = h.active + 1 FROM held h WHERE a.id = h.id RETURNING a.*
     ), noted AS (UPDATE agent_capabilities c SET active = t.active FROM taken t WHERE c.agent_id = t.id)
     SELECT ${statusColumns('t')}, t.active - 1 AS was_active, t.failing_since AS was_failing FROM taken t`,
    [tx.workspaceId, ...placeValues(need, place), need.agentId],
  );
  if (row) say(tx, row, 'began work');
  return row !== undefined;
}

/**
 * Locks agents where the order of locks wants it, before budgets, for a transaction that may free their slots at its end. In order of ids.
 */
export async function lockAgents(tx: Tx, agentIds: readonly string[]): Promise<void> {
  await passGate(tx);
  await tx.sql(
    'SELECT id FROM agents WHERE id = ANY ($1) AND workspace_id = $2 ORDER BY id FOR NO KEY UPDATE',
    [agentIds, tx.workspaceId],
  );
}

/** How an attempt was, for what is known of its agent. */
export interface Outcome {
  good: boolean;
  /** Capabilities that the task required. */
  names: string[];
  taskId: string;
  attempt: number;
  now: Date;
}

/** At the end of the transaction, so that the agent's row, which everybody wants, is held for as short as can be. */
export function freeSlot(tx: Tx, agentId: string, outcome?: Outcome): void {
  leaveAtEnd(tx, { agentId, freed: 1, outcome });
}

/** Counts what an attempt was when its slot had been given back before. */
export function countOutcome(tx: Tx, agentId: string, outcome: Outcome): void {
  leaveAtEnd(tx, { agentId, freed: 0, outcome });
}

interface Leaving {
  agentId: string;
  freed: 0 | 1;
  outcome: Outcome | undefined;
}

const leavers = new WeakMap<Tx, Leaving[]>();

function leaveAtEnd(tx: Tx, leaving: Leaving): void {
  const list = leavers.get(tx);
  if (list) return void list.push(leaving);
  const all = [leaving];
  leavers.set(tx, all);
  tx.atEnd(async () => {
    leavers.delete(tx);
    // In order of ids; and whoever calls the next waiter sees what they wrote.
    all.sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
    const free = all.reduce((sum, { freed }) => sum + freed, 0);
    await allEnded([...all.map((each) => leave(tx, each)), free > 0 ? callWaiters(tx, free) : undefined]);
  });
}

/** One for each slot, as long as somebody waits. */
async function callWaiters(tx: Tx, slots: number): Promise<void> {
  for (let left = slots; left > 0 && (await callNextWaiter(tx)); left -= 1);
}

async function leave(tx: Tx, { agentId, freed, outcome }: Leaving): Promise<void> {
  const [row] = await tx.sql<SlotRow>(leaving, [
    agentId,
    tx.workspaceId,
    gateClass,
    freed,
    outcome?.good ?? null,
    outcome?.now ?? new Date(),
    outcome ? ['', ...outcome.names] : [],
    outcome?.taskId ?? null,
    outcome?.attempt ?? null,
  ]);
  if (!row) return;
  const recovered = row.wasFailing !== null && row.failingSince === null;
  const broken = row.wasFailing === null && row.failingSince !== null;
  say(tx, row, broken ? 'its work keeps failing' : recovered ? 'its work succeeded again' : 'work ended');
  // Who waits for one that keeps failing says so, and comes again when a probe is due.
  if (recovered || broken) await wakeCapacityWaiters(tx);
}

const kept = fadingSql('extract(epoch FROM $6::timestamptz)::float8 - c.as_of');
const breaks = `$5::bool IS FALSE AND b.failing_since IS NULL AND b.failing_streak + 1 >= ${failuresUntilError}`;

/**
 * $5: true good, false bad, null neither. Experience fades to now before the attempt is added; cost and time are running means over as many
 * attempts as it stands on, from the ledger's entries of this attempt.
 */
const leaving = `
  WITH gate AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared($3::int, hashtext($2)) IS NULL AS passed
  ), before AS MATERIALIZED (
    SELECT a.* FROM gate, agents a WHERE a.id = $1 AND a.workspace_id = $2 FOR NO KEY UPDATE OF a
  ), figures AS (
    SELECT sum(l.micro_usd)::float8 AS micro_usd, sum(l.latency_ms)::float8 AS ms FROM ledger l WHERE l.task_id = $8::text AND l.attempt = $9::int
  ), freed AS (
    UPDATE agents a SET active = greatest(b.active - $4::int, 0),
      succeeded = b.succeeded + ($5::bool IS TRUE)::int, failed = b.failed + ($5::bool IS FALSE)::int,
      failing_streak = CASE WHEN $5 THEN 0 ELSE b.failing_streak + ($5::bool IS FALSE)::int END,
      failing_since = CASE WHEN $5 THEN NULL WHEN ${breaks} THEN $6::timestamptz ELSE b.failing_since END,
      probe_at = CASE WHEN $5 THEN NULL WHEN ${breaks} THEN $6::timestamptz + interval '${firstProbeMs} ms' ELSE b.probe_at END,
      probes = CASE WHEN $5 THEN 0 ELSE b.probes END
    FROM before b WHERE a.id = b.id RETURNING a.*
  ), noted AS (
    UPDATE agent_capabilities c SET active = f.active, probe_at = f.probe_at,
      good = CASE WHEN c.name = ANY ($7::text[]) THEN c.good * ${kept} + ($5::bool IS TRUE)::int ELSE c.good END,
      bad = CASE WHEN c.name = ANY ($7::text[]) THEN c.bad * ${kept} + ($5::bool IS FALSE)::int ELSE c.bad END,
      micro_usd = CASE WHEN c.name = ANY ($7::text[]) THEN coalesce(c.micro_usd + (g.micro_usd - c.micro_usd) / ((c.good + c.bad) * ${kept} + 1), g.micro_usd, c.micro_usd) ELSE c.micro_usd END,
      ms = CASE WHEN c.name = ANY ($7::text[]) THEN coalesce(c.ms + (g.ms - c.ms) / ((c.good + c.bad) * ${kept} + 1), g.ms, c.ms) ELSE c.ms END,
      as_of = CASE WHEN c.name = ANY ($7::text[]) THEN greatest(c.as_of, extract(epoch FROM $6::timestamptz)::float8) ELSE c.as_of END
    FROM freed f, figures g
    WHERE c.agent_id = f.id
  )
  SELECT ${statusColumns('f')}, b.active AS was_active, b.failing_since AS was_failing FROM freed f, before b`;

function say(tx: Tx, row: SlotRow, reason: string): void {
  const before = { ...row, active: row.wasActive, failingSince: row.wasFailing };
  sayStatus(tx, row.id, { before, after: row, reason });
}
