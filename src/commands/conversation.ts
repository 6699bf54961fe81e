/** What people do with conversations. Each is one transaction; what follows from it the conversation's own look decides. */
import type { CreateConversation, SayInConversation } from '../contracts/conversation.ts';
import { titleOfText } from '../core/messages/words.ts';
import {
  insertConversation,
  lockConversation,
  openReply,
  updateConversation,
  wakeConversation,
} from '../db/conversations/conversation-store.ts';
import { insertMessage, loadMessage } from '../db/messages/message-store.ts';
import { findRecipient } from '../db/messages/recipient.ts';
import type { ConversationRow } from '../db/mappings/conversation.ts';
import type { MessageRow } from '../db/mappings/message.ts';
import type { Tx } from '../db/record.ts';
import { requestCancel } from '../db/standing/request-cancel.ts';
import { AppError, notFound, type Problem } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

/** @throws AppError forbidden; undeliverable with every problem and its place */
export async function createConversation(
  tx: Tx,
  caller: Caller,
  input: CreateConversation,
): Promise<{ id: string }> {
  requireOperator(caller);
  const { message, taskId = null } = input;
  const { agentId, taskTitle } = await partnersOf(tx, input);
  const title = input.title ?? (message ? titleOfText(message.text) : (taskTitle ?? 'Conversation'));
  const row = await insertConversation(tx, { agentId, taskId, title, createdBy: caller.principalId });
  if (message) await say(tx, { caller, conversation: row, content: message });
  return row;
}

async function partnersOf(tx: Tx, { agentId, taskId }: CreateConversation) {
  const problems: Problem[] = [];
  const task = taskId ? await findRecipient(tx, { kind: 'task', id: taskId }, false) : null;
  if (task && !task.known)
    problems.push({ pointer: '/taskId', code: 'unknown_task', message: `There is no task ${taskId}.` });
  const id = agentId ?? task?.agentId ?? null;
  const agent = id ? await findRecipient(tx, { kind: 'agent', id }, false) : null;
  if (!agent && (!task || task.known))
    problems.push({ pointer: '/agentId', code: 'required', message: 'Say with which agent.' });
  if (agent && !agent.known)
    problems.push({ pointer: '/agentId', code: 'unknown_agent', message: `There is no agent ${id}.` });
  if (agent?.archived)
    problems.push({ pointer: '/agentId', code: 'archived_agent', message: 'The agent is archived.' });
  if (problems.length > 0) throw new AppError('undeliverable', problems[0]?.message ?? '', { problems });
  return { agentId: id ?? '', taskTitle: task?.name ?? null };
}

/** @throws AppError forbidden, not_found; wrong_state when it is archived */
export async function sayInConversation(
  tx: Tx,
  caller: Caller,
  { conversationId, content }: SayInConversation & { conversationId: string },
): Promise<{ id: string }> {
  requireOperator(caller);
  const conversation = await lockConversation(tx, conversationId);
  const agent = await findRecipient(tx, { kind: 'agent', id: conversation.agentId }, false);
  if (agent.archived) {
    const problem = { pointer: '', code: 'archived_agent', message: `${agent.name} is archived.` };
    throw new AppError('undeliverable', problem.message, { problems: [problem] });
  }
  return say(tx, { caller, conversation, content });
}

interface Said {
  caller: Caller;
  conversation: ConversationRow;
  content: SayInConversation['content'];
}

async function say(tx: Tx, { caller, conversation, content }: Said): Promise<MessageRow> {
  requireOpen(conversation);
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

function requireOpen({ archivedAt }: ConversationRow): void {
  if (archivedAt) throw new AppError('wrong_state', 'The conversation is archived.');
}

/** Aborts the reply under way. Nothing under way is nothing to do. @throws AppError forbidden, not_found */
export async function stopConversation(tx: Tx, caller: Caller, conversationId: string): Promise<void> {
  requireOperator(caller);
  const conversation = await lockConversation(tx, conversationId);
  const reply = await openReply(tx, conversation.id);
  if (reply) await requestCancel(tx, { taskIds: [reply.id], reason: 'Stopped by a person.' });
}

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

/** Nothing more can be said in it; the reply under way is stopped. @throws AppError forbidden, not_found */
export async function archiveConversation(tx: Tx, caller: Caller, conversationId: string): Promise<void> {
  await stopConversation(tx, caller, conversationId);
  const conversation = await lockConversation(tx, conversationId);
  if (!conversation.archivedAt) await updateConversation(tx, conversation, { archivedAt: new Date() });
}

/** Another reply to the same message; the earlier one stays and counts no more. @throws AppError not_found, wrong_state */
export async function regenerateReply(
  tx: Tx,
  caller: Caller,
  { conversationId, messageId }: { conversationId: string; messageId: string },
): Promise<{ id: string }> {
  requireOperator(caller);
  const conversation = await lockConversation(tx, conversationId);
  requireOpen(conversation);
  const { replyTo } = await messageIn(tx, conversation, messageId);
  if (!replyTo) throw new AppError('wrong_state', 'This is no reply: only replies can be written anew.');
  const [last] = await tx.sql<{ id: string }>(
    `SELECT id FROM messages WHERE conversation_id = $1 AND from_kind = 'person' ORDER BY place DESC LIMIT 1`,
    [conversationId],
  );
  if (last?.id !== replyTo)
    throw new AppError('wrong_state', 'The conversation has gone on since: branch it before this message.');
  await tx.sql('UPDATE messages SET answered_by = NULL, task_id = NULL WHERE id = $1 AND answered_by = $2', [
    replyTo,
    messageId,
  ]);
  wakeConversation(tx, conversation);
  return { id: replyTo };
}

/** A conversation of its own that goes on after this message. @throws AppError forbidden, not_found */
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
  for (const row of rows) await copyMessage(tx, { row, to, copies });
  return to;
}

/** What was answered before is answered in the branch, so that only what comes next is. */
async function copyMessage(
  tx: Tx,
  { row, to, copies }: { row: MessageRow; to: ConversationRow; copies: Map<string, string> },
): Promise<void> {
  const { fromKind, fromId, fromTaskId, toKind, toId, type, content, priority } = row;
  const replyTo = row.replyTo ? (copies.get(row.replyTo) ?? null) : null;
  const said = { fromKind, fromId, fromTaskId, toKind, toId, type, content, priority, replyTo };
  const recipient = `conversation/${to.id}`;
  const copy = await insertMessage(tx, { ...said, recipient, conversationId: to.id, state: 'delivered' });
  copies.set(row.id, copy.id);
  if (replyTo) await tx.sql('UPDATE messages SET answered_by = $2 WHERE id = $1', [replyTo, copy.id]);
}

async function messageIn(tx: Tx, conversation: ConversationRow, messageId: string): Promise<MessageRow> {
  const message = await loadMessage(tx, messageId);
  if (message?.conversationId !== conversation.id) throw notFound('message', messageId);
  return message;
}
