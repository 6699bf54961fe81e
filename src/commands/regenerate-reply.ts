import { lockConversation, wakeConversation } from '../db/conversations/conversation-store.ts';
import type { Tx } from '../db/record.ts';
import { AppError } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';
import { messageIn, requireItsAgent, requireOpenConversation } from './open-conversation.ts';

/** Another reply to the same message; the earlier one stays and counts no more. @throws AppError not_found, wrong_state, undeliverable */
export async function regenerateReply(
  tx: Tx,
  caller: Caller,
  { conversationId, messageId }: { conversationId: string; messageId: string },
): Promise<{ id: string }> {
  requireOperator(caller);
  const conversation = await lockConversation(tx, conversationId);
  requireOpenConversation(conversation);
  await requireItsAgent(tx, conversation);
  const { replyTo } = await messageIn(tx, conversation, messageId);
  if (!replyTo) throw new AppError('wrong_state', 'This is no reply: only replies can be written anew.');
  const [last] = await tx.sql<{ id: string; answeredBy: string | null }>(
    `SELECT id, answered_by FROM messages WHERE conversation_id = $1 AND from_kind = 'person' ORDER BY place DESC LIMIT 1`,
    [conversationId],
  );
  if (last?.id !== replyTo)
    throw new AppError('wrong_state', 'The conversation has gone on since: branch it before this message.');
  if (last.answeredBy !== null && last.answeredBy !== messageId)
    throw new AppError('wrong_state', 'Another reply counts by now: have that one written anew.');
  await tx.sql('UPDATE messages SET answered_by = NULL, task_id = NULL WHERE id = $1 AND answered_by = $2', [
    replyTo,
    messageId,
  ]);
  wakeConversation(tx, conversation);
  return { id: replyTo };
}
