import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Agent } from '../../src/contracts/agent.ts';
import type { Conversation } from '../../src/contracts/conversation.ts';
import type { Message } from '../../src/contracts/message.ts';
import type { Page } from '../../src/contracts/page.ts';
import type { Task } from '../../src/contracts/task.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

let api: RunningApi;
let agent: Agent;
beforeAll(async () => {
  api = await runApi();
  const body = { name: 'Clerk', role: 'master_operator' };
  agent = (await api.ask<Agent>('POST', 'agents', { body })).body;
});

const give = async () =>
  (await api.ask<Task>('POST', 'tasks', { body: { goal: 'Sort the letters.', agentId: agent.id } })).body.id;
const write = (body: object) => api.ask<Message>('POST', 'messages', { body });
const content = { text: 'By date, please.' };
const codes = (answer: { body: { problems: { pointer: string; code: string }[] } }) =>
  answer.body.problems.map(({ pointer, code }) => `${pointer} ${code}`);

describe('POST /messages', () => {
  test('accepts a message to a task with its place in the mailbox, an event and a wake, in one transaction', async () => {
    const id = await give();
    const { status, body, headers } = await write({ to: { kind: 'task', id }, content });
    expect([status, headers.get('location')]).toEqual([201, `/api/v2/messages/${body.id}`]);
    expect(body).toMatchObject({
      place: 1,
      type: 'inform',
      state: 'accepted',
      from: { kind: 'person' },
      to: { kind: 'task', id, name: 'Sort the letters.' },
      correlationId: body.id,
      hops: 0,
      taskId: id,
      open: false,
    });
    const [event] = await api.db.acrossWorkspaces<{ data: object }>(
      `SELECT data FROM events WHERE stream = $1 AND type = 'message.accepted'`,
      [`task/${id}`],
    );
    expect(event?.data).toMatchObject({ messageId: body.id, type: 'inform', to: `task/${id}` });
    expect((await api.ask<Message>('GET', `messages/${body.id}`)).body).toEqual(body);
  });

  test('shows what was written, whether it reads that with the commit or keeps it for its key', async () => {
    const id = await give();
    const body = { to: { kind: 'task', id }, content };
    const headers = { 'idempotency-key': 'letters' };
    const plain = await write(body);
    const kept = await api.ask<Message>('POST', 'messages', { body, headers });
    const again = await api.ask<Message>('POST', 'messages', { body, headers });
    const { id: _, correlationId: __, acceptedAt, ...shown } = plain.body;
    expect(kept.body).toMatchObject({ ...shown, place: 2 });
    expect([again.body, again.headers.get('location')]).toEqual([kept.body, kept.headers.get('location')]);
    expect(Date.parse(acceptedAt)).toBeLessThanOrEqual(Date.parse(kept.body.acceptedAt));
  });

  test('a request to an agent names the task that was started for it, and keeps the agent’s mailbox in order', async () => {
    const [one, two] = [
      await write({ to: { kind: 'agent', id: agent.id }, content }),
      await write({ to: { kind: 'agent', id: agent.id }, content, type: 'inform' }),
    ];
    expect(one.body).toMatchObject({ type: 'request', open: true, place: 1 });
    expect((await api.ask<Task>('GET', `tasks/${one.body.taskId}`)).body.goal).toBe(content.text);
    expect(two.body).toMatchObject({ taskId: null, place: 2 });
    const box = await api.ask<Page<Message>>('GET', `agents/${agent.id}/mailbox`);
    expect(box.body.items.map(({ place }) => place)).toEqual([1, 2]);
  });

  test('refuses what cannot arrive with every fault and its place, and changes nothing', async () => {
    const gone = await api.ask<Agent>('POST', 'agents', { body: { name: 'Gone', role: 'master_operator' } });
    await api.ask('DELETE', `agents/${gone.body.id}`);
    const ended = await give();
    await api.db.acrossWorkspaces(`UPDATE tasks SET status = 'failed' WHERE id = $1`, [ended]);
    const before = [await api.count('messages'), await api.count('tasks')];
    const refused = (body: object) => api.problem('POST', 'messages', { body });
    const past = await refused({
      to: { kind: 'agent', id: gone.body.id },
      content: { ...content, files: ['fil_01k5zj7q3ve4r9t0m2n4p6q8s0'] },
      deadline: '2020-01-01T00:00:00Z',
    });
    expect([past.status, past.body.code]).toEqual([409, 'undeliverable']);
    expect(codes(past)).toEqual([
      '/to/id archived_agent',
      '/deadline past_deadline',
      '/content/files/0 unknown_file',
    ]);
    expect(codes(await refused({ to: { kind: 'task', id: ended }, content }))).toEqual([
      '/to/id task_finished',
    ]);
    const unknown = { kind: 'agent', id: 'agt_01k5zj7q3ve4r9t0m2n4p6q8s0' };
    expect(codes(await refused({ to: unknown, content }))).toEqual(['/to/id unknown_agent']);
    expect(codes(await refused({ content }))).toEqual(['/to required']);
    expect(codes(await refused({ content, replyTo: 'msg_01k5zj7q3ve4r9t0m2n4p6q8s0' }))).toEqual([
      '/replyTo unknown_message',
    ]);
    expect([await api.count('messages'), await api.count('tasks')]).toEqual(before);
  });

  test('a viewer may not write, and another workspace sees nothing', async () => {
    const id = await give();
    const { body } = await write({ to: { kind: 'task', id }, content });
    const viewer = await api.keyOf('viewer');
    const foreign = await api.keyOf('owner', { foreign: true });
    const asViewer = await api.problem('POST', `tasks/${id}/messages`, { body: { content }, key: viewer });
    expect(asViewer.body.code).toBe('forbidden');
    expect((await api.problem('GET', `messages/${body.id}`, { key: foreign })).status).toBe(404);
    const there = { body: { to: { kind: 'task', id }, content }, key: foreign };
    expect(codes(await api.problem('POST', 'messages', there))).toEqual(['/to/id unknown_task']);
  });
});

describe('messages of a task', () => {
  test('are written and listed at the task; a message to people is acknowledged by them alone', async () => {
    const id = await give();
    const { body } = await api.ask<Message>('POST', `tasks/${id}/messages`, { body: { content } });
    const list = await api.ask<Page<Message>>('GET', `tasks/${id}/messages`);
    expect(list.body.items.map((each) => each.id)).toEqual([body.id]);
    const open = encodeURIComponent('to.kind == "person" && open');
    expect((await api.ask<Page<Message>>('GET', `messages?filter=${open}`)).body.items).toEqual([]);
    expect((await api.problem('POST', `messages/${body.id}/ack`)).body.code).toBe('wrong_state');
    const nowhere = 'tasks/tsk_01k5zj7q3ve4r9t0m2n4p6q8s0/messages';
    expect((await api.problem('POST', nowhere, { body: { content } })).status).toBe(404);
  });
});

describe('conversations', () => {
  test('begin with a first message, are listed, renamed and archived, and then take nothing more', async () => {
    const given = { agentId: agent.id, message: { text: 'Hello there.' } };
    const { status, body } = await api.ask<Conversation>('POST', 'conversations', { body: given });
    expect([status, body.title, body.unanswered, body.messages]).toEqual([201, 'Hello there.', 1, 1]);
    const path = `conversations/${body.id}`;
    const said = await api.ask<Message>('POST', `${path}/messages`, { body: { content: { text: 'And?' } } });
    expect(said.body).toMatchObject({ place: 2, conversationId: body.id, type: 'request' });
    const list = await api.ask<Page<Message>>('GET', `${path}/messages`);
    expect(list.body.items.map(({ content: { text } }) => text)).toEqual(['Hello there.', 'And?']);
    expect((await api.ask<Conversation>('PATCH', path, { body: { title: 'Greetings' } })).body.title).toBe(
      'Greetings',
    );
    const stale = { body: { title: 'Farewells' }, headers: { 'If-Match': '"another"' } };
    expect((await api.problem('PATCH', path, stale)).body.code).toBe('precondition_failed');
    const etag = (await api.ask<Conversation>('GET', path)).headers.get('etag') ?? '';
    expect((await api.ask('PATCH', path, { ...stale, headers: { 'If-Match': etag } })).status).toBe(200);
    expect((await api.ask<Conversation>('POST', `${path}/stop`)).status).toBe(202);
    expect((await api.ask<Conversation>('DELETE', path)).body.archivedAt).not.toBeNull();
    const late = await api.problem('POST', `${path}/messages`, { body: { content: { text: 'Hm?' } } });
    expect([late.status, late.body.code]).toEqual([409, 'wrong_state']);
    const all = await api.ask<Page<Conversation>>('GET', 'conversations?filter=archived');
    expect(all.body.items.map(({ id }) => id)).toEqual([body.id]);
  });

  test('say what is wrong: no agent, an unknown task, a message of another conversation', async () => {
    const nobody = await api.problem('POST', 'conversations', { body: {} });
    expect(codes(nobody)).toEqual(['/agentId required']);
    const unknown = { taskId: 'tsk_01k5zj7q3ve4r9t0m2n4p6q8s0' };
    expect(codes(await api.problem('POST', 'conversations', { body: unknown }))).toEqual([
      '/taskId unknown_task',
    ]);
    const { body } = await api.ask<Conversation>('POST', 'conversations', { body: { agentId: agent.id } });
    const branch = `conversations/${body.id}/messages/msg_01k5zj7q3ve4r9t0m2n4p6q8s0/branch`;
    expect((await api.problem('POST', branch)).status).toBe(404);
  });
});

test('the limit of hops is a setting of the workspace', async () => {
  const set = async (maxHops: number | null) =>
    (await api.ask<{ maxHops: number }>('PATCH', 'workspace', { body: { maxHops } })).body.maxHops;
  expect([await set(3), await set(null)]).toEqual([3, 8]);
  expect((await api.problem('PATCH', 'workspace', { body: { maxHops: 0 } })).status).toBe(422);
});
