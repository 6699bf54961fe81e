import type { BudgetScope, GoalBudget } from '../../contracts/budget.ts';
import type { Purse } from '../../core/budget/escrow.ts';
import type { ListFields } from '../list-page.ts';
import { newId } from '../new-id.ts';
import type { Tx } from '../record.ts';
import { purseColumns, purseValues } from './purses.ts';

export type TreePurse = Purse;

/** A purse as it is shown. */
export interface ListedBudget extends Purse {
  exhaustedAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const columns = purseColumns.replaceAll('b.', 't.');
const more = 't.exhausted_at, t.version, t.created_at, t.updated_at';
const dollars = (sql: string) => `((${sql.replaceAll('b.', 't.')})::float8 / 1e6)`;

export const budgetList = {
  from: 'budgets t',
  columns: `${columns}, ${more}`,
  fields: {
    scope: { sql: 't.scope', type: 'text' },
    taskId: {
      sql: `CASE WHEN t.scope IN ('tree', 'step') THEN t.subject_id END`,
      type: 'text',
      orderable: false,
    },
    agentId: { sql: `CASE WHEN t.scope = 'agent' THEN t.subject_id END`, type: 'text', orderable: false },
    limitUsd: { sql: dollars(purseValues.limitMicroUsd), type: 'number', orderable: false },
    spentUsd: { sql: dollars(purseValues.spentMicroUsd), type: 'number' },
    warned: { sql: 't.warned', type: 'number' },
    exhausted: { sql: '(t.exhausted_at IS NOT NULL)', type: 'bool' },
    createdAt: { sql: 't.created_at', type: 'time' },
  },
} satisfies ListFields;

export async function readBudget(tx: Tx, id: string): Promise<ListedBudget | null> {
  const [row] = await tx.sql<ListedBudget>(
    `SELECT ${columns}, ${more} FROM budgets t WHERE t.id = $1 AND t.workspace_id = $2`,
    [id, tx.workspaceId],
  );
  return row ?? null;
}

/** The purses of the trees that tasks belong to, by root task. */
export async function readPursesOfTasks(tx: Tx, taskIds: readonly string[]): Promise<Map<string, Purse>> {
  const rows = await tx.sql<Purse>(
    `SELECT ${purseColumns} FROM budgets b WHERE b.workspace_id = $1 AND b.scope = 'tree'
        AND b.subject_id IN (SELECT root_id FROM tasks WHERE id = ANY ($2) AND workspace_id = $1)`,
    [tx.workspaceId, taskIds],
  );
  return new Map(rows.map((row) => [row.subjectId, row]));
}

export interface Limits {
  limitMicroUsd: number | null;
  limitTokens: number | null;
}

/** The ledger's column that says whose row it is. A step's budget begins with its task. */
const ownerOf: Record<Exclude<BudgetScope, 'step'>, string> = {
  tree: 'root_task_id',
  agent: 'agent_id',
  workspace: 'workspace_id',
};

/**
 * What was paid before counts, and what is under way is set aside at once.
 * @returns null when there is one already
 */
export async function insertBudget(
  tx: Tx,
  { scope, subjectId, limits }: { scope: keyof typeof ownerOf; subjectId: string; limits: Limits },
): Promise<string | null> {
  const id = newId('budget');
  const mine = `l.workspace_id = $2 AND l.${ownerOf[scope]} = $4`;
  const paid = `${mine} AND l.outcome <> 'open' AND ($3 <> 'workspace' OR (l.ended_at AT TIME ZONE 'utc')::date = (now() AT TIME ZONE 'utc')::date)`;
  const tokens = `CASE WHEN l.outcome IN ('unknown', 'aborted') AND l.micro_usd IS NOT DISTINCT FROM l.reserved_micro_usd THEN coalesce(l.reserved_tokens, 0) ELSE l.input_tokens + l.output_tokens END`;
  const rows = await tx.sql(
    `INSERT INTO budgets (id, workspace_id, scope, subject_id, limit_micro_usd, limit_tokens, day, spent_micro_usd, spent_tokens, reserved_micro_usd, reserved_tokens)
     SELECT $1, $2, $3, $4, $5::bigint, $6::bigint, CASE WHEN $3 = 'workspace' THEN (now() AT TIME ZONE 'utc')::date END,
            (SELECT coalesce(sum(l.micro_usd), 0) FROM ledger l WHERE ${paid}),
            (SELECT coalesce(sum(${tokens}), 0) FROM ledger l WHERE ${paid}),
            (SELECT coalesce(sum(l.reserved_micro_usd), 0) FROM ledger l WHERE ${mine} AND l.outcome = 'open'),
            (SELECT coalesce(sum(l.reserved_tokens), 0) FROM ledger l WHERE ${mine} AND l.outcome = 'open')
     ON CONFLICT (workspace_id, scope, subject_id) DO NOTHING RETURNING id`,
    [id, tx.workspaceId, scope, subjectId, limits.limitMicroUsd, limits.limitTokens],
  );
  if (rows.length === 0) return null;
  await tx.sql(
    `UPDATE ledger l SET budget_ids = coalesce(l.budget_ids, '{}') || $1::text WHERE l.workspace_id = $2 AND l.${ownerOf[scope]} = $3 AND l.outcome = 'open'`,
    [id, tx.workspaceId, subjectId],
  );
  return id;
}

/** What a fresh workspace has, and what each of its goals gets, unless its settings say otherwise (null there: none). */
const usual = { goalUsd: 5, goalTokens: 5_000_000, dayUsd: 20 };

export interface BudgetSettings {
  goalUsd?: number | null;
  goalTokens?: number | null;
}

export function goalBudgetOf(settings: BudgetSettings | null | undefined): Required<GoalBudget> {
  const { goalUsd, goalTokens } = { ...usual, ...settings };
  return { usd: goalUsd, tokens: goalTokens };
}

export async function openWorkspacePurse(tx: Tx): Promise<void> {
  await tx.sql(`UPDATE workspaces SET settings = settings || $2::jsonb WHERE id = $1`, [
    tx.workspaceId,
    JSON.stringify({ budgets: usual }),
  ]);
  await insertBudget(tx, {
    scope: 'workspace',
    subjectId: tx.workspaceId,
    limits: { limitMicroUsd: usual.dayUsd * 1e6, limitTokens: null },
  });
}

/** What a goal may cost: what was wished for, else what the workspace gives. */
export async function goalLimits(tx: Tx, { usd, tokens }: GoalBudget = {}): Promise<Limits> {
  const [row] = await tx.sql<{ settings: BudgetSettings | null }>(
    `SELECT settings->'budgets' AS settings FROM workspaces WHERE id = $1`,
    [tx.workspaceId],
  );
  const given = goalBudgetOf(row?.settings);
  const money = usd === undefined ? given.usd : usd;
  return {
    limitMicroUsd: money === null ? null : Math.round(money * 1e6),
    limitTokens: tokens === undefined ? given.tokens : tokens,
  };
}

/** The purse of a goal that was just given: nothing was paid yet. */
export async function openGoalPurse(tx: Tx, rootId: string, limits: Limits): Promise<void> {
  await insertPurse(tx, { scope: 'tree', subjectId: rootId, limits });
}

/** The purse of a step's task that was just made; what is below it pays from it too. */
export async function openStepPurse(tx: Tx, taskId: string, limits: Limits): Promise<void> {
  await insertPurse(tx, { scope: 'step', subjectId: taskId, limits });
  await tx.sql(
    `UPDATE tasks SET payer_ids = coalesce(payer_ids, '{}') || id WHERE id = $1 AND workspace_id = $2`,
    [taskId, tx.workspaceId],
  );
}

async function insertPurse(
  tx: Tx,
  { scope, subjectId, limits }: { scope: BudgetScope; subjectId: string; limits: Limits },
): Promise<void> {
  if (limits.limitMicroUsd === null && limits.limitTokens === null) return;
  await tx.sql(
    'INSERT INTO budgets (id, workspace_id, scope, subject_id, limit_micro_usd, limit_tokens) VALUES ($1, $2, $3, $4, $5, $6)',
    [newId('budget'), tx.workspaceId, scope, subjectId, limits.limitMicroUsd, limits.limitTokens],
  );
}
