import type { RetryRun } from '../contracts/run.ts';
import type { Tx } from '../db/record.ts';
import { retryRun as retry } from '../db/standing/retry.ts';
import { AppError } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

/**
 * Tries a failed or cancelled run again, from one step or all that did not complete; finished work is reused.
 * @throws AppError not_found, wrong_state, invalid_request, unknown_agent
 */
export async function retryRun(
  tx: Tx,
  caller: Caller,
  input: { runId: string } & RetryRun,
): Promise<{ id: string }> {
  requireOperator(caller);
  if (input.changes?.agentId) await requireOperatorAgent(tx, input.changes.agentId);
  await retry(tx, input.runId, { from: input.from, changes: input.changes });
  return { id: input.runId };
}

async function requireOperatorAgent(tx: Tx, agentId: string): Promise<void> {
  const [agent] = await tx.sql(
    `SELECT id FROM agents WHERE id = $1 AND workspace_id = $2 AND archived_at IS NULL AND role = 'master_operator'`,
    [agentId, tx.workspaceId],
  );
  if (agent) return;
  const message = `There is no Master Operator ${agentId}.`;
  throw new AppError('unknown_agent', message, {
    problems: [{ pointer: '/changes/agentId', code: 'unknown_agent', message }],
  });
}
