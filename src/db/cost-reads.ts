import { type Cost, noCost } from '../contracts/cost.ts';
import type { Tx } from './record.ts';

/** Sums over ledger rows. A call whose price nobody knows makes the sum unknown; one that still runs does not yet. */
export const costColumns = `coalesce(sum(l.micro_usd), 0)::bigint AS micro_usd,
  coalesce(bool_or(l.micro_usd IS NULL AND l.outcome <> 'open'), false) AS unpriced,
  count(DISTINCT l.call_key) AS calls, coalesce(sum(l.input_tokens), 0) AS input_tokens,
  coalesce(sum(l.cached_input_tokens), 0) AS cached_input_tokens, coalesce(sum(l.output_tokens), 0) AS output_tokens`;

export interface CostRow {
  microUsd: number;
  unpriced: boolean;
  calls: number;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
}

export function costOf(row: CostRow | undefined): Cost {
  if (!row) return noCost;
  const { microUsd, unpriced, calls, inputTokens, cachedInputTokens, outputTokens } = row;
  return { usd: unpriced ? null : microUsd / 1e6, calls, inputTokens, cachedInputTokens, outputTokens };
}

export function addCosts(costs: readonly Cost[]): Cost {
  return costs.reduce<Cost>(
    (sum, cost) => ({
      usd: sum.usd === null || cost.usd === null ? null : (sum.usd * 1e6 + cost.usd * 1e6) / 1e6,
      calls: sum.calls + cost.calls,
      inputTokens: sum.inputTokens + cost.inputTokens,
      cachedInputTokens: sum.cachedInputTokens + cost.cachedInputTokens,
      outputTokens: sum.outputTokens + cost.outputTokens,
    }),
    noCost,
  );
}

/** What each task cost by itself. Tasks without a call are missing. */
export async function ownCosts(tx: Tx, taskIds: readonly string[]): Promise<Map<string, Cost>> {
  const rows = await tx.sql<CostRow & { id: string }>(
    `SELECT l.task_id AS id, ${costColumns} FROM ledger l WHERE l.task_id = ANY($1) AND l.workspace_id = $2 GROUP BY l.task_id`,
    [taskIds, tx.workspaceId],
  );
  return new Map(rows.map((row) => [row.id, costOf(row)]));
}

/** What each task and all below it cost. */
export async function treeCosts(tx: Tx, taskIds: readonly string[]): Promise<Map<string, Cost>> {
  const rows = await tx.sql<CostRow & { id: string }>(
    `WITH RECURSIVE below (top, id) AS (
       SELECT id, id FROM tasks WHERE id = ANY($1) AND workspace_id = $2
       UNION SELECT b.top, t.id FROM below b JOIN tasks t ON t.parent_id = b.id
     )
     SELECT b.top AS id, ${costColumns} FROM below b JOIN ledger l ON l.task_id = b.id GROUP BY b.top`,
    [taskIds, tx.workspaceId],
  );
  return new Map(rows.map((row) => [row.id, costOf(row)]));
}
