import type { ConversationRow } from '../db/mappings/conversation.ts';
import type { MessageRow } from '../db/mappings/message.ts';
import { loadMessage } from '../db/messages/message-store.ts';
import { findRecipient } from '../db/messages/recipient.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound } from '../errors.ts';

/** @throws AppError wrong_state when it is archived */
export function requireOpenConversation({ archivedAt }: ConversationRow): void {
  if (archivedAt) throw new AppError('wrong_state', 'The conversation is archived.');
}

/** Somebody is there to answer. @throws AppError undeliverable when its agent is archived */
export async function requireItsAgent(tx: Tx, { agentId }: ConversationRow): Promise<void> {
  const agent = await findRecipient(tx, { kind: 'agent', id: agentId }, false);
  if (!agent.archived) return;
  const problem = { pointer: '', code: 'archived_agent', message: `${agent.name} is archived.` };
  throw new AppError('undeliverable', problem.message, { problems: [problem] });
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
