import { lockConversation, openReply } from '../db/conversations/conversation-store.ts';
import { nextReply } from '../db/conversations/stand-conversation.ts';
import type { Tx } from '../db/record.ts';
import { requestCancel } from '../db/standing/request-cancel.ts';
import { type Caller, requireOperator } from './caller.ts';

/** Aborts the reply under way, or the next one before it begins. Nothing unanswered is nothing to do. @throws AppError forbidden, not_found */
export async function stopConversation(tx: Tx, caller: Caller, conversationId: string): Promise<void> {
  requireOperator(caller);
  const conversation = await lockConversation(tx, conversationId);
  const reply = (await openReply(tx, conversation.id)) ?? (await nextReply(tx, conversation));
  if (reply) await requestCancel(tx, { taskIds: [reply.id], reason: 'Stopped by a person.' });
}
