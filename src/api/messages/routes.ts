import * as z from 'zod';
import { ackMessage } from '../../commands/ack-message.ts';
import { sendMessage } from '../../commands/send-message.ts';
import { findTask, sendToTask } from '../../commands/send-to-task.ts';
import type { ToolsOf } from '../../commands/tools-of.ts';
import { withdrawMessage } from '../../commands/withdraw-message.ts';
import { AgentId, MessageId, TaskId } from '../../contracts/ids.ts';
import { Message, SendMessage, SendToTask, WithdrawMessage } from '../../contracts/message.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import { readAgent } from '../../db/agent-reads.ts';
import { listPage } from '../../db/list-page.ts';
import {
  inMailbox,
  type ListedMessage,
  messageList,
  ofTask,
  readMessage,
} from '../../db/messages/message-reads.ts';
import type { Tx } from '../../db/record.ts';
import { notFound } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';
import { taskOf } from '../tasks/routes.ts';
import { presentMessage } from './present-message.ts';

const tag = 'messages';
const params = z.object({ messageId: MessageId });
const taskParams = z.object({ taskId: TaskId });

/** Messages as such, those of a task, and the mailbox of an agent. */
export function messageRoutes(door: Door, toolsOf: ToolsOf): void {
  route(
    door,
    {
      method: 'get',
      path: '/messages',
      tag,
      summary: 'List messages',
      description: `What people are asked is \`to.kind == "person" && open\`. ${listNote(messageList)}`,
      query: PageQuery,
      reply: pageOf(Message),
      errors: ['invalid_filter'],
    },
    { handle: ({ tx, query }) => page(tx, query) },
  );
  route(
    door,
    {
      method: 'post',
      path: '/messages',
      tag,
      summary: 'Write to an agent or a task, or answer what was asked',
      description:
        'A request to an agent becomes a task of that agent, whose result is the answer; anything else waits for its next task. An inquiry about capabilities is answered at once.',
      body: SendMessage,
      reply: Message,
      status: 201,
      errors: ['forbidden', 'undeliverable'],
    },
    {
      location,
      handle: async ({ tx, caller, body }) => {
        const { id } = await sendMessage(tx, caller, body);
        return () => viewMessage(tx, id);
      },
    },
  );
  route(
    door,
    { method: 'get', path: '/messages/{messageId}', tag, summary: 'Read a message', params, reply: Message },
    { handle: ({ tx, params: { messageId } }) => viewMessage(tx, messageId) },
  );
  ackRoute(door);
  withdrawRoute(door);
  taskMessageRoutes(door, toolsOf);
  mailboxRoute(door);
}

function ackRoute(door: Door): void {
  route(
    door,
    {
      method: 'post',
      path: '/messages/{messageId}/ack',
      tag,
      summary: 'Take note of a message to people',
      params,
      body: z.strictObject({}),
      bodyOptional: true,
      reply: Message,
      errors: ['forbidden', 'wrong_state'],
    },
    {
      handle: async ({ tx, caller, params: { messageId } }) => {
        await ackMessage(tx, caller, messageId);
        return viewMessage(tx, messageId);
      },
    },
  );
}

function withdrawRoute(door: Door): void {
  route(
    door,
    {
      method: 'post',
      path: '/messages/{messageId}/withdraw',
      tag,
      summary: 'Take back a message of a person',
      description:
        'Until it is read, or a request until it is answered. The task that was started for a request is cancelled, with everything below it.',
      params,
      body: WithdrawMessage,
      bodyOptional: true,
      reply: Message,
      errors: ['forbidden', 'wrong_state'],
    },
    {
      handle: async ({ tx, caller, params: { messageId }, body: { reason } }) => {
        await withdrawMessage(tx, caller, { messageId, reason });
        return viewMessage(tx, messageId);
      },
    },
  );
}

function taskMessageRoutes(door: Door, toolsOf: ToolsOf): void {
  const path = '/tasks/{taskId}/messages';
  route(
    door,
    {
      method: 'get',
      path,
      tag,
      summary: 'List what a task was told and what its agent wrote',
      description: listNote(messageList),
      params: taskParams,
      query: PageQuery,
      reply: pageOf(Message),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, params: { taskId }, query }) => {
        await taskOf(tx, taskId);
        return page(tx, query, { sql: ofTask, parameters: [taskId] });
      },
    },
  );
  route(
    door,
    {
      method: 'post',
      path,
      tag,
      summary: 'Steer a task while it works, or answer its question',
      description:
        'The next turn of its agent shows it; a task with an unread message takes another turn before it completes. It may carry the decision of an approval.',
      params: taskParams,
      body: SendToTask,
      reply: Message,
      status: 201,
      errors: ['forbidden', 'undeliverable', 'wrong_state'],
    },
    {
      location,
      ahead: ({ tx, params: { taskId } }) => findTask(tx, taskId),
      handle: async ({ tx, caller, params: { taskId }, body, known: to }) => {
        const { id } = await sendToTask(tx, caller, { taskId, to, message: body, toolsOf });
        return () => viewMessage(tx, id);
      },
    },
  );
}

function mailboxRoute(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/agents/{agentId}/mailbox',
      tag,
      summary: 'List the messages to an agent in their order',
      description: `By \`place\`, unless another order is asked for. ${listNote(messageList)}`,
      params: z.object({ agentId: AgentId }),
      query: PageQuery,
      reply: pageOf(Message),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, params: { agentId }, query }) => {
        if (!(await readAgent(tx, agentId))) throw notFound('agent', agentId);
        const ordered = { ...query, orderBy: query.orderBy ?? 'place' };
        return page(tx, ordered, { sql: inMailbox, parameters: [`agent/${agentId}`] });
      },
    },
  );
}

const location = ({ id }: { id: string }) => `/api/v2/messages/${id}`;

async function page(tx: Tx, query: PageQuery, more?: { sql: string; parameters: unknown[] }) {
  const found = await listPage<ListedMessage>(tx, messageList, query, more);
  return { ...found, items: found.items.map(presentMessage) };
}

export async function viewMessage(tx: Tx, messageId: string): Promise<Message> {
  const row = await readMessage(tx, messageId);
  if (!row) throw notFound('message', messageId);
  return presentMessage(row);
}
