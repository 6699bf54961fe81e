import { lockConversation, updateConversation } from '../db/conversations/conversation-store.ts';
import type { Tx } from '../db/record.ts';
import { AppError } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

/** @throws AppError forbidden, not_found; precondition_failed when somebody renamed it since it was read */
export async function renameConversation(
  tx: Tx,
  caller: Caller,
  {
    conversationId,
    title,
    expects,
  }: { conversationId: string; title: string; expects(title: string): boolean },
): Promise<void> {
  requireOperator(caller);
  const conversation = await lockConversation(tx, conversationId);
  if (!expects(conversation.title))
    throw new AppError(
      'precondition_failed',
      'The conversation was renamed meanwhile. Look at it and try again.',
    );
  await updateConversation(tx, conversation, { title });
}
