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
  if (input.from !== undefined && input.changes) {
    const run = await lockRun(tx, input.runId);
    const { from: stepId, changes, toolsOf } = input;
    await checkStepChanges(tx, run, { stepId, changes, root: '/changes', toolsOf });
  }
  await retry(tx, input.runId, { from: input.from, changes: input.changes });
  return { id: input.runId };
}
