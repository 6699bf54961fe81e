import type { ConversationRow } from '../db/mappings/conversation.ts';
import type { MessageRow } from '../db/mappings/message.ts';
import { loadMessage } from '../db/messages/message-store.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound } from '../errors.ts';

/** @throws AppError wrong_state when it is archived */
export function requireOpenConversation({ archivedAt }: ConversationRow): void {
  if (archivedAt) throw new AppError('wrong_state', 'The conversation is archived.');
}

/** @throws AppError not_found, also for a message of another conversation */
export async function messageIn(
  tx: Tx,
  conversation: ConversationRow,
  messageId: string,
): Promise<MessageRow> {
  const message = await loadMessage(tx, messageId);
  if (message?.conversationId !== conversation.id) throw notFound('message', messageId);
  return message;
}
