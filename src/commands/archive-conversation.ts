import { lockConversation, updateConversation } from '../db/conversations/conversation-store.ts';
import type { Tx } from '../db/record.ts';
import type { Caller } from './caller.ts';
import { stopConversation } from './stop-conversation.ts';

/** Nothing more can be said in it; the reply under way is stopped. @throws AppError forbidden, not_found */
export async function archiveConversation(tx: Tx, caller: Caller, conversationId: string): Promise<void> {
  await stopConversation(tx, caller, conversationId);
  const conversation = await lockConversation(tx, conversationId);
  if (!conversation.archivedAt) await updateConversation(tx, conversation, { archivedAt: new Date() });
}
