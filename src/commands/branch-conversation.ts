import {
  insertConversation,
  lockConversation,
  wakeConversation,
} from '../db/conversations/conversation-store.ts';
import type { ConversationRow } from '../db/mappings/conversation.ts';
import type { MessageRow } from '../db/mappings/message.ts';
import { insertMessage } from '../db/messages/message-store.ts';
import type { Tx } from '../db/record.ts';
import { type Caller, requireOperator } from './caller.ts';
import { messageIn } from './open-conversation.ts';

/**
 * A conversation of its own that goes on after this message. What nobody had answered by then is answered in it.
 * @throws AppError forbidden, not_found
 */
export async function branchConversation(
  tx: Tx,
  caller: Caller,
  { conversationId, messageId }: { conversationId: string; messageId: string },
): Promise<{ id: string }> {
  requireOperator(caller);
  const from = await lockConversation(tx, conversationId);
  const upTo = await messageIn(tx, from, messageId);
  const { agentId, taskId, title } = from;
  const branch = { agentId, taskId, title, createdBy: caller.principalId, branchedFrom: from.id };
  const to = await insertConversation(tx, branch);
  const rows = await tx.sql<MessageRow>(
    `SELECT m.* FROM messages m LEFT JOIN messages q ON q.id = m.reply_to
      WHERE m.conversation_id = $1 AND m.place <= $2 AND m.state <> 'expired' AND (q.id IS NULL OR q.answered_by = m.id OR m.id = $3)
      ORDER BY m.place`,
    [from.id, upTo.place, messageId],
  );
  const copies = new Map<string, string>();
  for (const row of rows) copyMessage(tx, { row, to, copies });
  const answered = new Set(rows.map(({ replyTo }) => replyTo));
  if (rows.some(({ id, fromKind }) => fromKind === 'person' && !answered.has(id))) wakeConversation(tx, to);
  return to;
}

/** What was answered before is answered in the branch. */
function copyMessage(
  tx: Tx,
  { row, to, copies }: { row: MessageRow; to: ConversationRow; copies: Map<string, string> },
): void {
  const { fromKind, fromId, fromTaskId, toKind, toId, type, content, priority } = row;
  const replyTo = row.replyTo ? (copies.get(row.replyTo) ?? null) : null;
  const said = { fromKind, fromId, fromTaskId, toKind, toId, type, content, priority, replyTo };
  const recipient = `conversation/${to.id}`;
  const copy = insertMessage(tx, { ...said, recipient, conversationId: to.id, state: 'delivered' });
  copies.set(row.id, copy.id);
  if (replyTo) tx.write('UPDATE messages SET answered_by = $2 WHERE id = $1', [replyTo, copy.id]);
}
