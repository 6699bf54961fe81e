import type { Tx } from '../db/record.ts';
import { retryTask as retry } from '../db/standing/retry.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

/**
 * Tries a failed or cancelled task again as a new attempt; of a plan, only what did not complete.
 * @throws AppError not_found, wrong_state
 */
export async function retryTask(tx: Tx, caller: Caller, input: { taskId: string }): Promise<{ id: string }> {
  requireOperator(caller);
  const [known] = await tx.sql<{ conversationId: string | null }>(
    'SELECT conversation_id FROM tasks WHERE id = $1 AND workspace_id = $2',
    [input.taskId, tx.workspaceId],
  );
  if (!known) throw notFound('task', input.taskId);
  if (known.conversationId)
    throw new AppError('wrong_state', 'This is a reply in a conversation: have it written anew there.');
  await retry(tx, input.taskId);
  return { id: input.taskId };
}
