/**
 * Purses in the record.
 *
 * 1. They are locked in one order: steps, tree, agent, workspace; after the task and its agent, before the counters of streams.
 * 2. Who finds no room holds the locks until it has committed that it waits, so that no settlement and no waiter miss each other.
 * 3. A workspace's purse is of one day in UTC. The first who locks it on another day empties it; what is set aside stays so.
 */
import type { BudgetScope } from '../../contracts/budget.ts';
import { type Amount, type Purse, warnings } from '../../core/budget/escrow.ts';
import type { Tx } from '../record.ts';

const today = `(now() AT TIME ZONE 'utc')::date`;
const stale = `(b.day IS NOT NULL AND b.day < ${today})`;
const unlessStale = (column: string) => `CASE WHEN ${stale} THEN 0 ELSE b.${column} END`;

/** A row of `budgets b` as of today: names and values of a purse, in SQL. */
export const purseValues = {
  id: 'b.id',
  scope: 'b.scope',
  subjectId: 'b.subject_id',
  limitMicroUsd: `b.limit_micro_usd + ${unlessStale('extra_micro_usd')}`,
  limitTokens: `b.limit_tokens + ${unlessStale('extra_tokens')}`,
  spentMicroUsd: unlessStale('spent_micro_usd'),
  spentTokens: unlessStale('spent_tokens'),
  reservedMicroUsd: 'b.reserved_micro_usd',
  reservedTokens: 'b.reserved_tokens',
  warned: unlessStale('warned'),
} satisfies Record<keyof Purse, string>;

export const purseColumns = Object.entries(purseValues)
  .map(([name, sql]) => `${sql} AS "${name}"`)
  .join(', ');

export const purseJson = `json_build_object(${Object.entries(purseValues)
  .map(([name, sql]) => `'${name}', ${sql}`)
  .join(', ')})`;

const rank = `array_position(ARRAY['step', 'tree', 'agent', 'workspace'], b.scope), b.id`;

/** The purses that a call of this task draws on. */
export interface Payer {
  id: string;
  rootId: string;
  agentId: string | null;
}

/**
 * Their ids, as a select of its own; the values are SQL, those of a row `tasks k` unless said otherwise. One branch for each, which is one
 * look into the index: as conditions of one select PostgreSQL 18 reads every purse of the workspace, and each goal has one.
 */
export function pursesOfPayer({
  rootId = 'k.root_id',
  agentId = 'k.agent_id',
  payerIds = 'k.payer_ids',
  workspaceId = 'k.workspace_id',
} = {}): string {
  const of = (scope: BudgetScope, subject: string) =>
    `SELECT b.id FROM budgets b WHERE b.workspace_id = ${workspaceId} AND b.scope = '${scope}' AND b.subject_id = ${subject}`;
  return [
    of('tree', rootId),
    of('agent', agentId),
    of('workspace', workspaceId),
    of('step', `ANY (${payerIds})`),
  ].join(' UNION ALL ');
}

export async function lockPursesOf(tx: Tx, { id, rootId, agentId }: Payer): Promise<Purse[]> {
  const mine = pursesOfPayer({
    rootId: '$2::text',
    agentId: '$3::text',
    payerIds: '(SELECT payer_ids FROM tasks WHERE id = $4)::text[]',
    workspaceId: '$1::text',
  });
  return lock(tx, `b.id = ANY (ARRAY(${mine}))`, [tx.workspaceId, rootId, agentId, id]);
}

export async function lockPurses(tx: Tx, ids: readonly string[]): Promise<Purse[]> {
  return lock(tx, 'b.workspace_id = $1 AND b.id = ANY ($2)', [tx.workspaceId, ids]);
}

async function lock(tx: Tx, where: string, parameters: unknown[]): Promise<Purse[]> {
  const rows = await tx.sql<Purse & { stale: boolean }>(
    `SELECT ${purseColumns}, ${stale} AS stale FROM budgets b WHERE ${where} ORDER BY ${rank} FOR NO KEY UPDATE`,
    parameters,
  );
  const old = rows.filter((row) => row.stale).map(({ id }) => id);
  if (old.length > 0) {
    await tx.sql(
      `UPDATE budgets SET day = ${today}, spent_micro_usd = 0, spent_tokens = 0, extra_micro_usd = 0, extra_tokens = 0, warned = 0, exhausted_at = NULL
        WHERE id = ANY ($1)`,
      [old],
    );
  }
  return rows.map(({ stale: _stale, ...purse }) => purse);
}

export async function readPurses(tx: Tx, ids: readonly string[]): Promise<Purse[]> {
  return tx.sql<Purse>(
    `SELECT ${purseColumns} FROM budgets b WHERE b.workspace_id = $1 AND b.id = ANY ($2)`,
    [tx.workspaceId, ids],
  );
}

const roomFor = (limit: string, held: string, need: string) =>
  `(${need} = 0 OR (${limit}) IS NULL OR ${held} + ${need} <= ${limit})`;

/** What one try can cost at most; `entryId`: its row in the ledger, which names the purses that it draws on. */
export interface Reservation extends Amount {
  entryId: string;
}

/**
 * Sets the most that tries can cost aside, in all the purses that they draw on or in none: without room in one of them it refuses (see
 * `lastly`).
 */
export async function reserveInPurses(tx: Tx, tries: readonly Reservation[]): Promise<void> {
  const { limitMicroUsd, limitTokens, spentMicroUsd, spentTokens } = purseValues;
  const unlessOld = (column: string) => `${column} = CASE WHEN mine.stale THEN 0 ELSE b.${column} END`;
  await tx.sql(
    `WITH need AS MATERIALIZED (
       SELECT p.id, sum(t.micro_usd)::bigint AS micro_usd, sum(t.tokens)::bigint AS tokens
         FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS t (entry, micro_usd, tokens)
         JOIN ledger l ON l.id = t.entry CROSS JOIN unnest(l.budget_ids) AS p (id) GROUP BY p.id), mine AS MATERIALIZED (
       SELECT b.id, ${stale} AS stale, n.micro_usd, n.tokens,
              ${roomFor(limitMicroUsd, `${spentMicroUsd} + b.reserved_micro_usd`, 'n.micro_usd')}
              AND ${roomFor(limitTokens, `${spentTokens} + b.reserved_tokens`, 'n.tokens')} AS room
         FROM need n JOIN budgets b ON b.id = n.id ORDER BY ${rank} FOR NO KEY UPDATE OF b), reserved AS (
     UPDATE budgets b SET reserved_micro_usd = b.reserved_micro_usd + mine.micro_usd, reserved_tokens = b.reserved_tokens + mine.tokens, updated_at = now(),
            ${['spent_micro_usd', 'spent_tokens', 'extra_micro_usd', 'extra_tokens', 'warned'].map(unlessOld).join(', ')},
            day = CASE WHEN mine.stale THEN ${today} ELSE b.day END, exhausted_at = CASE WHEN mine.stale THEN NULL ELSE b.exhausted_at END
       FROM mine WHERE b.id = mine.id AND (SELECT bool_and(room) FROM mine) RETURNING b.id)
     SELECT adjutant_stepwise() WHERE EXISTS (SELECT FROM mine) AND NOT EXISTS (SELECT FROM reserved)`,
    [
      tries.map(({ entryId }) => entryId),
      tries.map(({ microUsd }) => microUsd),
      tries.map(({ tokens }) => tokens),
    ],
  );
}

const part = (spent: string, limit: string) =>
  `CASE WHEN ${limit} IS NULL OR ${spent} = 0 THEN 0 WHEN ${limit} = 0 THEN 100 ELSE ${spent} * 100.0 / ${limit} END`;
/** As `warningOf` of core/budget/escrow: one of them is due and was not told. */
const mustWarn = `EXISTS (SELECT FROM (SELECT greatest(${part('"spentMicroUsd"', '"limitMicroUsd"')}, ${part('"spentTokens"', '"limitTokens"')}) AS used) AS u
  WHERE ${warnings.map((percent) => `(warned < ${percent} AND used >= ${percent})`).join(' OR ')})`;

/**
 * What was set aside goes back and what was paid is booked, as `settleIn` of core/budget/escrow says: the one statement locks the purses, in
 * their order, and writes them.
 * @returns the purses as they are now, if `stepwise`; else it refuses when there is a warning to tell (see `lastly`)
 */
export async function settlePurses(
  tx: Tx,
  ids: readonly string[],
  sums: readonly { reserved: Amount; spent: Amount }[],
): Promise<Purse[]> {
  const { spentMicroUsd, spentTokens } = purseValues;
  const unlessOld = (column: string) => `${column} = CASE WHEN mine.stale THEN 0 ELSE b.${column} END`;
  return tx.sql<Purse>(
    `WITH mine AS MATERIALIZED (
       SELECT b.id, ${stale} AS stale, ${spentMicroUsd} AS spent, ${spentTokens} AS spent_tokens, b.reserved_micro_usd, b.reserved_tokens
         FROM budgets b WHERE b.workspace_id = $1 AND b.id = ANY ($2) ORDER BY ${rank} FOR NO KEY UPDATE), settled AS (
     UPDATE budgets b SET spent_micro_usd = greatest(0, mine.spent + n.spent), spent_tokens = greatest(0, mine.spent_tokens + n.spent_tokens),
            reserved_micro_usd = greatest(0, mine.reserved_micro_usd - n.reserved), reserved_tokens = greatest(0, mine.reserved_tokens - n.reserved_tokens),
            ${['extra_micro_usd', 'extra_tokens', 'warned'].map(unlessOld).join(', ')}, updated_at = now(),
            day = CASE WHEN mine.stale THEN ${today} ELSE b.day END, exhausted_at = CASE WHEN mine.stale THEN NULL ELSE b.exhausted_at END
       FROM mine JOIN unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
         AS n (id, spent, spent_tokens, reserved, reserved_tokens) ON n.id = mine.id
      WHERE b.id = mine.id RETURNING ${purseColumns})
     ${tx.stepwise ? 'SELECT * FROM settled' : `SELECT adjutant_stepwise() FROM settled WHERE ${mustWarn}`}`,
    [
      tx.workspaceId,
      ids,
      sums.map(({ spent }) => spent.microUsd),
      sums.map(({ spent }) => spent.tokens),
      sums.map(({ reserved }) => reserved.microUsd),
      sums.map(({ reserved }) => reserved.tokens),
    ],
  );
}

/** The highest warning that was told; the caller holds the purse's lock. */
export async function setWarned(tx: Tx, id: string, percent: number): Promise<void> {
  await tx.sql('UPDATE budgets SET warned = $2 WHERE id = $1 AND workspace_id = $3', [
    id,
    percent,
    tx.workspaceId,
  ]);
}

/** Where the events of a purse lie; what concerns a workspace, on the goal that met it. */
export function streamOf(
  { scope, subjectId }: { scope: BudgetScope; subjectId: string },
  rootTaskId: string,
): string {
  if (scope === 'agent') return `agent/${subjectId}`;
  return `task/${scope === 'workspace' ? rootTaskId : subjectId}`;
}

/** The figures of a purse as its events tell them. */
export function figuresOf({ id, scope, limitMicroUsd, limitTokens, spentMicroUsd, spentTokens }: Purse) {
  return {
    budgetId: id,
    scope,
    limitUsd: limitMicroUsd === null ? null : limitMicroUsd / 1e6,
    spentUsd: spentMicroUsd / 1e6,
    limitTokens,
    spentTokens,
  };
}
