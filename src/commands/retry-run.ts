import type { RetryRun } from '../contracts/run.ts';
import type { Tx } from '../db/record.ts';
import { retryRun as retry } from '../db/standing/retry.ts';
import { lockRun } from '../db/run-store.ts';
import { type Caller, requireOperator } from './caller.ts';
import { checkStepChanges } from './check-step-changes.ts';
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
  const given = await checkStepChanges(tx, run, {
    stepId: from,
    changes: wanted,
    root: '/changes',
    toolsOf,
  });
  await retry(tx, runId, { from, changes: { ...wanted, ...given } });
  return { id: runId };
}
