import type { Tx } from '../db/record.ts';
import { retryTask as retry } from '../db/standing/retry.ts';
import { notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

/**
 * Tries a failed or cancelled task again as a new attempt; of a plan, only what did not complete.
 * @throws AppError not_found, wrong_state
 */
export async function retryTask(tx: Tx, caller: Caller, input: { taskId: string }): Promise<{ id: string }> {
  requireOperator(caller);
  const [known] = await tx.sql('SELECT id FROM tasks WHERE id = $1 AND workspace_id = $2', [
    input.taskId,
    tx.workspaceId,
  ]);
  if (!known) throw notFound('task', input.taskId);
  await retry(tx, input.taskId);
  return { id: input.taskId };
}
