import type { Express } from 'express';
import {
  Conversation,
  CreateConversation,
  SayInConversation,
  UpdateConversation,
} from '../../../src/contracts/conversation.ts';
import type { Message } from '../../../src/contracts/message.ts';
import { type FakeState, problem } from './fake-state.ts';
import { message } from './decision-fixtures.ts';
import { agentList, agents, at } from './fixtures.ts';
import { idOf } from './ids.ts';

export const chatId = idOf('cnv', 1);

/** What a chat holds; its agent writes nothing by itself. */
export function chat(part: Partial<Conversation> = {}): Conversation {
  return Conversation.parse({
    id: chatId,
    agent: agents.writer,
    taskId: null,
    title: 'Which tone?',
    branchedFrom: null,
    answering: null,
    unanswered: 0,
    messages: 0,
    lastMessage: null,
    version: 1,
    createdAt: at(500),
    updatedAt: at(600),
    archivedAt: null,
    temporal: { workflowId: `conversation/${chatId}`, url: null, startedAt: null },
    ...part,
  });
}

export function said(n: number, text: string, part: Partial<Message> = {}): Message {
  return message(n, { content: { text }, taskId: null, conversationId: chatId, ...part });
}

export function replied(n: number, text: string, part: Partial<Message> = {}): Message {
  const { id, name } = agents.writer;
  return said(n, text, {
    type: 'reply',
    from: { kind: 'agent', id, name },
    replyTo: idOf('msg', n - 1),
    ...part,
  });
}

const stoppedReply = (n: number) =>
  replied(n, '', { content: { text: 'First of', data: { code: 'stopped' } } });

export function addChats(app: Express, state: FakeState): void {
  const page = <Item>(items: Item[]) => ({ items, nextPageToken: null, totalSize: items.length });
  const answering = { taskId: idOf('tsk', 90), messageId: null };
  const change = (part: Partial<Conversation>) => {
    state.chat = chat({ ...state.chat, lastMessage: state.said.at(-1) ?? null, ...part });
    return state.chat;
  };
  app.get('/api/v2/agents/:id', ({ params: { id } }, response) => {
    const found = agentList().find((each) => each.id === id);
    if (found) response.json(found);
    else problem(response, { status: 404, code: 'not_found', detail: 'There is no such agent.' });
  });
  app.post('/api/v2/agents/:id/:duty', (_request, response) => void response.json(agentList()[0]));
  app.get('/api/v2/conversations', (request, response) => {
    const archived = !String(request.query.filter).startsWith('!archived');
    const chats = state.chat ? [state.chat] : [];
    response.json(page(chats.filter(({ archivedAt }) => (archivedAt !== null) === archived)));
  });
  app.post('/api/v2/conversations', (request, response) => {
    const wish = CreateConversation.parse(request.body);
    state.said = [said(1, wish.message?.text ?? '')];
    response.status(201).json(change({ answering, taskId: wish.taskId ?? null }));
  });
  app.get('/api/v2/conversations/:id', ({ params: { id } }, response) => {
    if (state.chat?.id === id) response.json(state.chat);
    else problem(response, { status: 404, code: 'not_found', detail: 'There is no such chat.' });
  });
  app.get('/api/v2/conversations/:id/messages', (_request, response) => {
    response.json(page(state.said.toReversed()));
  });
  app.post('/api/v2/conversations/:id/messages', (request, response) => {
    const { content } = SayInConversation.parse(request.body);
    state.said = [...state.said, said(state.said.length + 1, content.text)];
    change({ answering });
    response.status(201).json(state.said.at(-1));
  });
  app.patch('/api/v2/conversations/:id', (request, response) => {
    response.json(change({ title: UpdateConversation.parse(request.body).title }));
  });
  app.delete('/api/v2/conversations/:id', (_request, response) => {
    response.json(change({ archivedAt: new Date().toISOString(), answering: null }));
  });
  app.post('/api/v2/conversations/:id/messages/:messageId/branch', ({ params }, response) => {
    const last = state.said.findIndex(({ id }) => id === params.messageId);
    state.said = state.said.slice(0, last + 1);
    response.status(201).json(change({ id: idOf('cnv', 2), branchedFrom: chatId, archivedAt: null }));
  });
  app.post('/api/v2/conversations/:id/stop', (_request, response) => {
    state.said = [...state.said, stoppedReply(state.said.length + 1)];
    response.status(202).json(change({ answering: null }));
  });
  app.post('/api/v2/conversations/:id/messages/:messageId/regenerate', (_request, response) => {
    change({ answering });
    response.status(202).json(state.said[0]);
  });
}
