import { whyNotWithdrawn } from '../core/messages/check-withdrawal.ts';
import { rootOf } from '../db/messages/answer.ts';
import { moveMessages } from '../db/messages/message-store.ts';
import { lockWithWork, stopWork } from '../db/messages/work-of-request.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

/**
 * A person's message that nobody has read, or request that nobody has answered, is taken back; the work that was begun for it stops. Saying
 * it twice is the same as saying it once.
 * @throws AppError forbidden, not_found; wrong_state when it can make no difference any more, or is no person's
 */
export async function withdrawMessage(
  tx: Tx,
  caller: Caller,
  { messageId, reason }: { messageId: string; reason: string },
): Promise<void> {
  requireOperator(caller);
  const message = await lockWithWork(tx, messageId);
  if (!message) throw notFound('message', messageId);
  if (message.state === 'withdrawn') return;
  const problem = whyNotWithdrawn(message);
  if (problem) throw new AppError('wrong_state', problem);
  const rootTaskId = (await rootOf(tx, message.taskId))?.rootId ?? null;
  await moveMessages(tx, { ids: [messageId], to: 'withdrawn', reason, rootTaskId });
  await stopWork(tx, message, reason);
}
