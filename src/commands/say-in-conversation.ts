import type { SayInConversation } from '../contracts/conversation.ts';
import { lockConversation, wakeConversation } from '../db/conversations/conversation-store.ts';
import type { ConversationRow } from '../db/mappings/conversation.ts';
import { insertMessage } from '../db/messages/message-store.ts';
import type { Tx } from '../db/record.ts';
import { type Caller, requireOperator } from './caller.ts';
import { requireItsAgent, requireOpenConversation } from './open-conversation.ts';

/** @throws AppError forbidden, not_found; wrong_state when it is archived, undeliverable when its agent is */
export async function sayInConversation(
  tx: Tx,
  caller: Caller,
  { conversationId, content }: SayInConversation & { conversationId: string },
): Promise<{ id: string }> {
  requireOperator(caller);
  const conversation = await lockConversation(tx, conversationId);
  await requireItsAgent(tx, conversation);
  return say(tx, { caller, conversation, content });
}

interface Said {
  caller: Caller;
  conversation: ConversationRow;
  content: SayInConversation['content'];
}

/** The conversation's own look decides about the reply. */
export function say(tx: Tx, { caller, conversation, content }: Said): { id: string } {
  requireOpenConversation(conversation);
  wakeConversation(tx, conversation);
  return insertMessage(tx, {
    recipient: `conversation/${conversation.id}`,
    conversationId: conversation.id,
    fromKind: 'person',
    fromId: caller.principalId,
    toKind: 'agent',
    toId: conversation.agentId,
    type: 'request',
    content,
  });
}
