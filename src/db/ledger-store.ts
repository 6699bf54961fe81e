/**
 * The ledger: one row per try at one model call, opened in the claim and closed once.
 *
 * 1. `open` rows are claims without an outcome yet; `unknown` ones were lost and are booked at their reserved maximum.
 * 2. A row keeps the price that was used. `micro_usd` is null when the model's price is not known.
 */
import type { Failure } from '../contracts/task.ts';
import type { TaskRow } from './mappings/task.ts';
import { newId } from './new-id.ts';
import type { Tx } from './record.ts';

export interface LedgerOpening {
  callId: string;
  callKey: string;
  try: number;
  purpose: string;
  provider: string;
  model: string;
  price: unknown;
  reservedMicroUsd: number | null;
}

export async function openTry(tx: Tx, task: TaskRow, opening: LedgerOpening): Promise<void> {
  await tx.sql(
    `INSERT INTO ledger (id, workspace_id, call_id, call_key, try, task_id, root_task_id, run_id, agent_id, attempt,
                         provider, model, purpose, outcome, reserved_micro_usd, price)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'open', $14, $15)`,
    [
      newId('ledgerEntry'),
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
    ],
  );
}

export interface LedgerClosing {
  outcome: 'ok' | 'failed' | 'aborted' | 'unknown';
  usage?: { inputTokens: number; cachedInputTokens: number; cacheWriteTokens: number; outputTokens: number; reasoningTokens: number };
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
export async function closeTry(tx: Tx, key: string, tryNumber: number, closing: LedgerClosing): Promise<boolean> {
  const { usage } = closing;
  const rows = await tx.sql<{ id: string }>(
    `UPDATE ledger SET outcome = $3, input_tokens = $4, cached_input_tokens = $5, cache_write_tokens = $6, output_tokens = $7,
            reasoning_tokens = $8, latency_ms = $10, request_id = $11, error = $12, ended_at = now(),
            micro_usd = CASE WHEN $3 IN ('unknown', 'aborted') THEN coalesce($9::bigint, reserved_micro_usd) ELSE $9::bigint END
      WHERE call_key = $1 AND try = $2 AND outcome IN ('open', 'unknown') RETURNING id`,
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
    ],
  );
  return rows.length > 0;
}

/** Tries of this call that were claimed and never closed: nobody knows whether they were paid. */
export async function closeOpenTries(tx: Tx, key: string): Promise<void> {
  await tx.sql(
    `UPDATE ledger SET outcome = 'unknown', micro_usd = reserved_micro_usd, ended_at = now() WHERE call_key = $1 AND outcome = 'open'`,
    [key],
  );
}
