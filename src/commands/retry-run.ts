import type { RetryRun } from '../contracts/run.ts';
import type { RunRow } from '../db/mappings/run.ts';
import type { StepRow } from '../db/mappings/step.ts';
import type { Tx } from '../db/record.ts';
import { retryRun as retry } from '../db/standing/retry.ts';
import { lockRun } from '../db/run-store.ts';
import { type Caller, requireOperator } from './caller.ts';
import { mergeChanges } from './merge-changes.ts';
import type { ToolsOf } from './tools-of.ts';

/**
 * Tries a failed or cancelled run again, from one step or all that did not complete; finished work is reused.
 * @throws AppError not_found, wrong_state, invalid_request, unknown_agent
 */
export async function retryRun(
  tx: Tx,
  caller: Caller,
  input: { runId: string; toolsOf?: ToolsOf } & RetryRun,
): Promise<{ id: string }> {
  requireOperator(caller);
  const { runId, from, changes: wanted, toolsOf } = input;
  if (from === undefined || !wanted) {
    await retry(tx, runId, { from });
    return { id: runId };
  }
  const run = await lockRun(tx, runId);
  const found = await readStep(tx, run, from);
  const { kept } = found
    ? await mergeChanges(tx, run, { ...found, changes: wanted, root: '/changes', toolsOf })
    : { kept: wanted };
  await retry(tx, runId, { from, changes: kept });
  return { id: runId };
}

/** Null: there is none of this key, which the retry refuses. */
async function readStep(tx: Tx, run: RunRow, key: string) {
  const rows = await tx.sql<Pick<StepRow, 'key' | 'stepId' | 'index' | 'changes'>>(
    `SELECT key, step_id, index, changes FROM steps WHERE run_id = $1
        AND (key = $2 OR key = (SELECT step_id FROM steps WHERE run_id = $1 AND key = $2))`,
    [run.id, key],
  );
  const step = rows.find((row) => row.key === key);
  const above = rows.find((row) => row.key !== key) ?? null;
  return step ? { step, above } : null;
}
