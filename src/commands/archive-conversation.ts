import { lockConversation, updateConversation } from '../db/conversations/conversation-store.ts';
import { stopAll } from '../db/conversations/stand-conversation.ts';
import type { Tx } from '../db/record.ts';
import { type Caller, requireOperator } from './caller.ts';

/** Nothing more can be said in it; the reply under way is stopped, and what waits is not answered. @throws AppError forbidden, not_found */
export async function archiveConversation(tx: Tx, caller: Caller, conversationId: string): Promise<void> {
  requireOperator(caller);
  const conversation = await lockConversation(tx, conversationId);
  await stopAll(tx, conversation, 'The conversation is archived.');
  if (!conversation.archivedAt) await updateConversation(tx, conversation, { archivedAt: new Date() });
}
