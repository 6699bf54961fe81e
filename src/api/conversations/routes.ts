import { createHash } from 'node:crypto';
import * as z from 'zod';
import { archiveConversation } from '../../commands/archive-conversation.ts';
import { createConversation } from '../../commands/create-conversation.ts';
import { renameConversation } from '../../commands/rename-conversation.ts';
import { sayInConversation } from '../../commands/say-in-conversation.ts';
import { stopConversation } from '../../commands/stop-conversation.ts';
import {
  Conversation,
  CreateConversation,
  SayInConversation,
  UpdateConversation,
} from '../../contracts/conversation.ts';
import { ConversationId } from '../../contracts/ids.ts';
import { Message } from '../../contracts/message.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import {
  conversationList,
  inConversation,
  type ListedConversation,
  readConversation,
} from '../../db/conversations/conversation-reads.ts';
import { listPage } from '../../db/list-page.ts';
import { type ListedMessage, messageList, readMessages } from '../../db/messages/message-reads.ts';
import type { Tx } from '../../db/record.ts';
import { notFound } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';
import { presentMessage } from '../messages/present-message.ts';
import { viewMessage } from '../messages/routes.ts';
import type { TemporalPlace } from '../temporal-link.ts';
import { presentConversation } from './present-conversation.ts';

export const tag = 'conversations';
export const params = z.object({ conversationId: ConversationId });

export function conversationRoutes(door: Door, temporal: TemporalPlace): void {
  route(
    door,
    {
      method: 'get',
      path: '/conversations',
      tag,
      summary: 'List conversations',
      description: listNote(conversationList),
      query: PageQuery,
      reply: pageOf(Conversation),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, query }) => {
        const page = await listPage<ListedConversation>(tx, conversationList, query);
        return { ...page, items: await present(tx, page.items, temporal) };
      },
    },
  );
  route(
    door,
    {
      method: 'post',
      path: '/conversations',
      tag,
      summary: 'Talk with an agent, about one of its tasks if you like',
      body: CreateConversation,
      reply: Conversation,
      status: 201,
      errors: ['forbidden', 'undeliverable'],
    },
    {
      location: ({ id }) => `/api/v2/conversations/${id}`,
      handle: async ({ tx, caller, body }) =>
        viewConversation(tx, (await createConversation(tx, caller, body)).id, temporal),
    },
  );
  changeRoutes(door, temporal);
  stopRoute(door, temporal);
  messageRoutes(door);
}

function changeRoutes(door: Door, temporal: TemporalPlace): void {
  const path = '/conversations/{conversationId}';
  const view = (tx: Tx, id: string) => viewConversation(tx, id, temporal);
  route(
    door,
    { method: 'get', path, tag, summary: 'Read a conversation', params, reply: Conversation },
    {
      etag: ({ title }) => tagOf(title),
      handle: ({ tx, params: { conversationId } }) => view(tx, conversationId),
    },
  );
  route(
    door,
    {
      method: 'patch',
      path,
      tag,
      summary: 'Rename a conversation',
      description: 'If-Match with the ETag that was read refuses to overwrite another name.',
      params,
      body: UpdateConversation,
      reply: Conversation,
      errors: ['forbidden', 'precondition_failed'],
    },
    {
      etag: ({ title }) => tagOf(title),
      handle: async ({ tx, caller, params: { conversationId }, body: { title }, ifMatch }) => {
        const expects = (present: string) => ifMatch === null || ifMatch === tagOf(present);
        await renameConversation(tx, caller, { conversationId, title, expects });
        return view(tx, conversationId);
      },
    },
  );
  route(
    door,
    {
      method: 'delete',
      path,
      tag,
      summary: 'Archive a conversation; the reply under way is stopped, and what waits is not answered',
      params,
      reply: Conversation,
      errors: ['forbidden'],
    },
    {
      handle: async ({ tx, caller, params: { conversationId } }) => {
        await archiveConversation(tx, caller, conversationId);
        return view(tx, conversationId);
      },
    },
  );
}

/** Only the title is edited: a reply that came meanwhile is no reason to refuse. */
function tagOf(title: string): string {
  return createHash('sha256').update(title).digest('base64url').slice(0, 16);
}

function stopRoute(door: Door, temporal: TemporalPlace): void {
  route(
    door,
    {
      method: 'post',
      path: '/conversations/{conversationId}/stop',
      tag,
      summary: 'Abort the reply under way, or the next one before it begins',
      params,
      body: z.strictObject({}),
      bodyOptional: true,
      reply: Conversation,
      status: 202,
      errors: ['forbidden'],
    },
    {
      handle: async ({ tx, caller, params: { conversationId } }) => {
        await stopConversation(tx, caller, conversationId);
        return viewConversation(tx, conversationId, temporal);
      },
    },
  );
}

function messageRoutes(door: Door): void {
  const path = '/conversations/{conversationId}/messages';
  route(
    door,
    {
      method: 'get',
      path,
      tag,
      summary: 'List what was said',
      description: `By \`place\`, unless another order is asked for. ${listNote(messageList)}`,
      params,
      query: PageQuery,
      reply: pageOf(Message),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, params: { conversationId }, query }) => {
        await conversationOf(tx, conversationId);
        const ordered = { ...query, orderBy: query.orderBy ?? 'place' };
        const only = { sql: inConversation, parameters: [conversationId] };
        const page = await listPage<ListedMessage>(tx, messageList, ordered, only);
        return { ...page, items: page.items.map(presentMessage) };
      },
    },
  );
  route(
    door,
    {
      method: 'post',
      path,
      tag,
      summary: 'Say something; the reply is streamed as tokens of conversation/{id}',
      params,
      body: SayInConversation,
      reply: Message,
      status: 201,
      errors: ['forbidden', 'undeliverable', 'wrong_state'],
    },
    {
      location: ({ id }) => `/api/v2/messages/${id}`,
      handle: async ({ tx, caller, params: { conversationId }, body: { content } }) => {
        const { id } = await sayInConversation(tx, caller, { conversationId, content });
        return () => viewMessage(tx, id);
      },
    },
  );
}

export async function viewConversation(tx: Tx, id: string, temporal: TemporalPlace): Promise<Conversation> {
  return (await present(tx, [await conversationOf(tx, id)], temporal))[0] as Conversation;
}

/** @throws AppError not_found */
export async function conversationOf(tx: Tx, id: string): Promise<ListedConversation> {
  const row = await readConversation(tx, id);
  if (!row) throw notFound('conversation', id);
  return row;
}

async function present(tx: Tx, rows: ListedConversation[], temporal: TemporalPlace): Promise<Conversation[]> {
  const last = await readMessages(
    tx,
    rows.flatMap((row) => row.lastMessageId ?? []),
  );
  const byId = new Map(last.map((message) => [message.id, message]));
  return rows.map((row) => presentConversation(row, byId.get(row.lastMessageId ?? ''), temporal));
}
