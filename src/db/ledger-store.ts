/**
 * The ledger: one row per try at one paid call (of a model, or of a tool that a model provider carries out), opened in the claim and
 * closed once.
 *
 * 1. `open` rows are claims without an outcome yet; `unknown` ones were lost and are booked at their reserved maximum.
 * 2. A row keeps the price that was used. `micro_usd` is null when the model's price is not known.
 * 3. A row names the purses in which it was reserved; closing it settles them, at the end of the same transaction.
 */
import type { Failure } from '../contracts/task.ts';
import type { Amount } from '../core/budget/escrow.ts';
import { pursesOfPayer } from './budgets/purses.ts';
import { releaseAtEnd } from './budgets/release.ts';
import type { TaskRow } from './mappings/task.ts';
import { newId } from './new-id.ts';
import type { Tx } from './record.ts';

export interface LedgerOpening {
  /** A search is a tool call that a model provider carries out. */
  kind: 'model' | 'search';
  callId: string;
  callKey: string;
  try: number;
  purpose: string;
  provider: string;
  model: string;
  price: unknown;
  reservedMicroUsd: number | null;
  reservedTokens: number;
}

/** The purses that the try draws on stand in its row. @returns the id of that */
export function openTry(tx: Tx, task: TaskRow, opening: LedgerOpening): string {
  const id = newId('ledgerEntry');
  tx.write(
    `INSERT INTO ledger (id, workspace_id, call_id, call_key, try, task_id, root_task_id, run_id, agent_id, attempt,
                         provider, model, purpose, outcome, reserved_micro_usd, price, reserved_tokens, kind, budget_ids)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'open', $14, $15, $16, $17,
             (SELECT array_agg(p.id) FROM tasks k CROSS JOIN LATERAL (${pursesOfPayer()}) AS p WHERE k.id = $6))`,
    [
      id,
      tx.workspaceId,
      opening.callId,
      opening.callKey,
      opening.try,
      task.id,
      task.rootId,
      task.runId,
      task.agentId,
      task.attempt,
      opening.provider,
      opening.model,
      opening.purpose,
      opening.reservedMicroUsd,
      opening.price === null ? null : JSON.stringify(opening.price),
      opening.reservedTokens,
      opening.kind,
    ],
  );
  return id;
}

export interface LedgerClosing {
  outcome: 'ok' | 'failed' | 'aborted' | 'unknown';
  usage?: {
    inputTokens: number;
    cachedInputTokens: number;
    cacheWriteTokens: number;
    outputTokens: number;
    reasoningTokens: number;
    /** Of a search: those that are charged for. */
    searches?: number;
  };
  /** The provider counted the tokens; else they are our guess. */
  reported?: boolean;
  microUsd: number | null;
  latencyMs: number;
  requestId?: string | null;
  error?: Failure | null;
}

/**
 * Closes one try; a try that was closed before (booked unknown after a loss) takes the better knowledge once. What ended without a bill
 * (`unknown`, `aborted`) stands at its reserved maximum.
 * @returns false when it was closed for good before
 */
export async function closeTry(
  tx: Tx,
  key: string,
  tryNumber: number,
  closing: LedgerClosing,
): Promise<boolean> {
  const { usage } = closing;
  const [row] = await tx.sql<ClosedRow>(
    `WITH old AS (SELECT id, outcome, micro_usd FROM ledger WHERE call_key = $1 AND try = $2 AND outcome IN ('open', 'unknown') FOR UPDATE)
     UPDATE ledger l SET outcome = $3, input_tokens = $4, cached_input_tokens = $5, cache_write_tokens = $6, output_tokens = $7,
            reasoning_tokens = $8, searches = $13, latency_ms = $10, request_id = $11, error = $12, ended_at = now(),
            micro_usd = CASE WHEN $3 IN ('unknown', 'aborted') THEN coalesce($9::bigint, reserved_micro_usd) ELSE $9::bigint END
       FROM old WHERE l.id = old.id RETURNING ${closedColumns}, old.outcome AS was, old.micro_usd AS before`,
    [
      key,
      tryNumber,
      closing.outcome,
      usage?.inputTokens ?? 0,
      usage?.cachedInputTokens ?? 0,
      usage?.cacheWriteTokens ?? 0,
      usage?.outputTokens ?? 0,
      usage?.reasoningTokens ?? 0,
      closing.microUsd,
      Math.round(closing.latencyMs),
      closing.requestId ?? null,
      closing.error ? JSON.stringify(closing.error) : null,
      usage?.searches ?? 0,
    ],
  );
  if (!row) return false;
  const guessed =
    (closing.outcome === 'unknown' || closing.outcome === 'aborted') && closing.microUsd === null && !usage;
  const tokens = guessed ? (row.reservedTokens ?? 0) : row.inputTokens + row.outputTokens;
  releaseAtEnd(tx, [releaseOf(row, tokens)]);
  return true;
}

interface ClosedRow {
  rootTaskId: string;
  budgetIds: string[] | null;
  reservedMicroUsd: number | null;
  reservedTokens: number | null;
  microUsd: number | null;
  inputTokens: number;
  outputTokens: number;
  was: string;
  /** What it was booked at before. */
  before: number | null;
}

const closedColumns =
  'l.root_task_id, l.budget_ids, l.reserved_micro_usd, l.reserved_tokens, l.micro_usd, l.input_tokens, l.output_tokens';

/** A row that was booked at its maximum before has nothing set aside any more: the difference is settled. */
function releaseOf(row: ClosedRow, tokens: number) {
  const reserved: Amount = { microUsd: row.reservedMicroUsd ?? 0, tokens: row.reservedTokens ?? 0 };
  const spent: Amount = { microUsd: row.microUsd ?? 0, tokens };
  const { rootTaskId, budgetIds } = row;
  const place = { rootTaskId, budgetIds: budgetIds ?? [] };
  if (row.was === 'open') return { ...place, reserved, spent };
  const booked = row.before ?? 0;
  return {
    ...place,
    reserved: { microUsd: 0, tokens: 0 },
    spent: { microUsd: spent.microUsd - booked, tokens: spent.tokens - reserved.tokens },
  };
}

/** A try that was claimed and certainly never made: no row is left of it, and what it had set aside goes back. */
export async function forgetTry(tx: Tx, key: string, tryNumber: number): Promise<void> {
  const rows = await tx.sql<ClosedRow>(
    `DELETE FROM ledger l WHERE call_key = $1 AND try = $2 AND outcome = 'open'
     RETURNING ${closedColumns}, 'open' AS was, NULL AS before`,
    [key, tryNumber],
  );
  releaseAtEnd(
    tx,
    rows.map((row) => releaseOf({ ...row, microUsd: 0 }, 0)),
  );
}

/** Tries of this call that were claimed and never closed: nobody knows whether they were paid. */
export async function closeOpenTries(tx: Tx, key: string): Promise<void> {
  const rows = await tx.sql<ClosedRow>(
    `UPDATE ledger l SET outcome = 'unknown', micro_usd = reserved_micro_usd, ended_at = now() WHERE call_key = $1 AND outcome = 'open'
     RETURNING ${closedColumns}, 'open' AS was, NULL AS before`,
    [key],
  );
  releaseAtEnd(
    tx,
    rows.map((row) => releaseOf(row, row.reservedTokens ?? 0)),
  );
}
