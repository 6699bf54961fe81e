/**
 * Purses in the record.
 *
 * 1. They are locked in one order: tree, agent, workspace; after the task and its agent, before the counters of streams.
 * 2. Who finds no room holds the locks until it has committed that it waits, so that no settlement and no waiter miss each other.
 * 3. A workspace's purse is of one day in UTC. The first who locks it on another day empties it; what is set aside stays so.
 */
import type { BudgetScope } from '../../contracts/budget.ts';
import type { Amount, Purse } from '../../core/budget/escrow.ts';
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

const rank = `array_position(ARRAY['tree', 'agent', 'workspace'], b.scope), b.id`;

/** The purses that a call of this task draws on. */
export interface Payer {
  rootId: string;
  agentId: string | null;
}

export const payersPurses = (rootId: string, agentId: string, workspaceId: string) =>
  `b.workspace_id = ${workspaceId} AND (b.scope, b.subject_id) IN (('tree', ${rootId}), ('agent', ${agentId}), ('workspace', ${workspaceId}))`;

export async function lockPursesOf(tx: Tx, { rootId, agentId }: Payer): Promise<Purse[]> {
  return lock(tx, payersPurses('$2', '$3', '$1'), [tx.workspaceId, rootId, agentId ?? '']);
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

/** Sets the most that a call can cost aside in purses that are locked. */
export async function reserveInPurses(
  tx: Tx,
  purses: readonly Purse[],
  { microUsd, tokens }: Amount,
): Promise<void> {
  if (purses.length === 0) return;
  await tx.sql(
    `UPDATE budgets SET reserved_micro_usd = reserved_micro_usd + $2, reserved_tokens = reserved_tokens + $3, updated_at = now() WHERE id = ANY ($1)`,
    [purses.map(({ id }) => id), microUsd, tokens],
  );
}

/** Writes the sums of purses that are locked. */
export async function writeSums(tx: Tx, purses: readonly Purse[]): Promise<void> {
  await tx.sql(
    `UPDATE budgets b SET spent_micro_usd = n.spent, spent_tokens = n.spent_tokens, reserved_micro_usd = n.reserved,
            reserved_tokens = n.reserved_tokens, warned = n.warned, updated_at = now()
       FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::int[])
         AS n (id, spent, spent_tokens, reserved, reserved_tokens, warned) WHERE b.id = n.id`,
    [
      purses.map((purse) => purse.id),
      purses.map((purse) => purse.spentMicroUsd),
      purses.map((purse) => purse.spentTokens),
      purses.map((purse) => purse.reservedMicroUsd),
      purses.map((purse) => purse.reservedTokens),
      purses.map((purse) => purse.warned),
    ],
  );
}

/** Where the events of a purse lie; what concerns a workspace, on the goal that met it. */
export function streamOf(
  { scope, subjectId }: { scope: BudgetScope; subjectId: string },
  rootTaskId: string,
): string {
  return scope === 'agent' ? `agent/${subjectId}` : `task/${scope === 'tree' ? subjectId : rootTaskId}`;
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
