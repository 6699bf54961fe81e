import type { CreateConversation } from '../contracts/conversation.ts';
import { titleOfText } from '../core/messages/words.ts';
import { insertConversation } from '../db/conversations/conversation-store.ts';
import { findRecipient } from '../db/messages/recipient.ts';
import type { Tx } from '../db/record.ts';
import { AppError, type Problem } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';
import { say } from './say-in-conversation.ts';

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
  if (message) say(tx, { caller, conversation: row, content: message });
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
