import { beforeAll, expect, test } from '@jest/globals';
import { archiveConversation } from '../../../src/commands/archive-conversation.ts';
import { branchConversation } from '../../../src/commands/branch-conversation.ts';
import { createConversation } from '../../../src/commands/create-conversation.ts';
import { pauseTask } from '../../../src/commands/pause-task.ts';
import { regenerateReply } from '../../../src/commands/regenerate-reply.ts';
import { resumeTask } from '../../../src/commands/resume-task.ts';
import { sayInConversation } from '../../../src/commands/say-in-conversation.ts';
import { stopConversation } from '../../../src/commands/stop-conversation.ts';
import { retryTask } from '../../../src/commands/retry-task.ts';
import { CreateConversation } from '../../../src/contracts/conversation.ts';
import { beganAgainSince, openRows } from '../../../src/db/open-rows.ts';
import { cancelByOperations } from '../../../src/db/standing/operations.ts';
import { type Exchange, openExchange } from './support.ts';

let office: Exchange;
let agentId = '';
beforeAll(async () => {
  office = await openExchange();
  agentId = await office.employ('talking');
}, 60_000);

const talk = async (text: string) => {
  const input = CreateConversation.parse({ agentId, message: { text } });
  return (await office.desk.inside((tx) => createConversation(tx, office.desk.caller, input))).id;
};
const look = (conversationId: string, operations = false) =>
  office.record.standConversation(office.desk.asker, { conversationId, operations });
const replies = (id: string) =>
  office.desk.rows<{ text: string }>(
    `SELECT content->>'text' AS text FROM messages WHERE conversation_id = $1 AND reply_to IS NOT NULL ORDER BY place`,
    id,
  );
const said = (id: string) =>
  office.desk.rows<{ id: string; state: string; reason: string | null; answeredBy: string | null }>(
    'SELECT id, state, reason, answered_by FROM messages WHERE conversation_id = $1 ORDER BY place',
    id,
  );
const say = (conversationId: string, text: string) =>
  office.desk.inside((tx) =>
    sayInConversation(tx, office.desk.caller, { conversationId, content: { text } }),
  );
const anew = (conversationId: string, messageId = '') =>
  office.desk.inside((tx) => regenerateReply(tx, office.desk.caller, { conversationId, messageId }));
/** @returns the messages: what was asked, and the reply */
const answered = async (text: string) => {
  const id = await talk(text);
  const reply = (await look(id)).start[0]?.id ?? '';
  await office.says(reply, await office.turn(reply), 'A reply.');
  return { id, messages: await said(id) };
};
const isOpen = async (id: string) =>
  (await openRows(office.desk.db, '', 1000)).some(({ target }) => target === `conversation/${id}`);

test('a reply is a task that holds no slot, the same when asked again, and its end wakes the conversation', async () => {
  const id = await talk('How many ships?');
  const { start, end } = await look(id);
  expect(end).toBeNull();
  expect((await look(id)).start).toEqual(start);
  const taskId = start[0]?.id ?? '';
  const key = await office.turn(taskId);
  expect(await office.task(taskId)).toMatchObject({ status: 'in_progress', holdsSlot: false });
  await office.says(taskId, key, 'Three.');
  expect(await replies(id)).toEqual([{ text: 'Three.' }]);
  const wakes = await office.desk.rows('SELECT 1 FROM outbox WHERE target = $1', `conversation/${id}`);
  expect(wakes.length).toBeGreaterThan(0);
  expect(await look(id)).toMatchObject({ end: 'completed', start: [] });
});

test('a reply that had to wait works against its clock again', async () => {
  const taskId = (await look(await talk('Look it up.'))).start[0]?.id ?? '';
  const clock = async () =>
    (await office.desk.rows('SELECT work_until, work_left_seconds FROM tasks WHERE id = $1', taskId))[0];
  const key = await office.calls(taskId, 'search_files', { query: 'ships' });
  expect(await clock()).toMatchObject({ workUntil: expect.any(Date), workLeftSeconds: null });
  await office.desk.inside((tx) => pauseTask(tx, office.desk.caller, { taskId }));
  await office.record.claimTool(office.desk.asker, { taskId, key });
  expect(await clock()).toMatchObject({ workUntil: null, workLeftSeconds: expect.any(Number) });
  await office.desk.inside((tx) => resumeTask(tx, office.desk.caller, { taskId }));
  await office.turn(taskId);
  expect(await clock()).toMatchObject({ workUntil: expect.any(Date), workLeftSeconds: null });
});

test('what was said before is the transcript of the next reply', async () => {
  const id = await talk('My name is Ann.');
  const first = (await look(id)).start[0]?.id ?? '';
  await office.says(first, await office.turn(first), 'Good morning, Ann.');
  await say(id, 'What is my name?');
  const second = (await look(id)).start[0]?.id ?? '';
  await office.turn(second);
  const lines = await office.desk.rows<{ role: string; text: string }>(
    `SELECT role, content->>'text' AS text FROM transcript WHERE task_id = $1 ORDER BY seq`,
    second,
  );
  expect(lines).toEqual([
    { role: 'user', text: 'My name is Ann.' },
    { role: 'assistant', text: 'Good morning, Ann.' },
    { role: 'user', text: 'What is my name?' },
  ]);
});

test('who talks asks in its reply: it never waits for a person who waits for the reply', async () => {
  const taskId = (await look(await talk('Book a berth.'))).start[0]?.id ?? '';
  await office.uses(taskId, 'ask_person', { question: 'Which harbour?' });
  expect((await office.told(taskId, 'tool')).join()).toContain('ask in your reply');
  const key = (await office.desk.look(taskId)).start[0]?.key ?? '';
  const claim = await office.record.claimModelCall(office.desk.asker, { taskId, key });
  expect(claim).toMatchObject({ claimed: { request: { tools: ['send_message'] } } });
});

test('operations see it while something is unanswered; what they stop by hand is not answered', async () => {
  const id = await talk('Tell me everything.');
  expect(await isOpen(id)).toBe(true);
  const reply = (await look(id)).start[0]?.id ?? '';
  await cancelByOperations(office.desk.db, `conversation/${id}`);
  await office.desk.look(reply);
  expect(await replies(id)).toEqual([{ text: 'Stopped.' }]);
  expect(await isOpen(id)).toBe(false);
  expect((await look(id, true)).end).toBe('completed');
  const repairs = await office.desk.rows(
    `SELECT data->>'what' AS what FROM events WHERE stream = $1 AND type = 'repair.made'`,
    `conversation/${id}`,
  );
  expect(repairs).toEqual([{ what: 'cancelled' }]);
});

test('what is said after operations ended a conversation is another matter', async () => {
  const id = await talk('Hello?');
  const { db } = office.desk;
  const began = (at: number) => beganAgainSince(db, `conversation/${id}`, new Date(at));
  expect(await began(Date.now() - 60_000)).toBe(true);
  expect(await began(Date.now() + 60_000)).toBe(false);
});

test('stopping before the reply has begun ends it, and stopping nothing is nothing', async () => {
  const id = await talk('Hello?');
  const reply = (await look(id)).start[0]?.id ?? '';
  const stop = () => office.desk.inside((tx) => stopConversation(tx, office.desk.caller, id));
  await stop();
  expect((await office.desk.look(reply)).end).toBe('cancelled');
  await stop();
  expect((await look(id)).end).toBe('completed');
});

test('stopping before anybody has looked ends the reply before it begins', async () => {
  const id = await talk('Hello?');
  await office.desk.inside((tx) => stopConversation(tx, office.desk.caller, id));
  expect((await office.desk.look((await look(id)).start[0]?.id ?? '')).end).toBe('cancelled');
  expect(await replies(id)).toEqual([{ text: 'Stopped.' }]);
  expect((await look(id)).end).toBe('completed');
});

test('what waits in a conversation that is archived is not answered any more', async () => {
  const id = await talk('One.');
  const reply = (await look(id)).start[0]?.id ?? '';
  await say(id, 'Two.');
  await office.desk.inside((tx) => archiveConversation(tx, office.desk.caller, id));
  expect((await office.desk.look(reply)).end).toBe('cancelled');
  expect(await look(id)).toMatchObject({ end: 'completed', start: [] });
  expect((await said(id))[1]).toMatchObject({ state: 'expired', reason: 'The conversation is archived.' });
  expect(await isOpen(id)).toBe(false);
});

test('of what operations stop before it is answered anew, the earlier reply counts', async () => {
  const { id, messages } = await answered('How many ships?');
  await anew(id, messages[1]?.id);
  await cancelByOperations(office.desk.db, `conversation/${id}`);
  expect(await said(id)).toEqual(messages);
  expect((await look(id)).end).toBe('completed');
});

test('only the reply that counts is written anew', async () => {
  const { id, messages } = await answered('How many ships?');
  await anew(id, messages[1]?.id);
  const reply = (await look(id)).start[0]?.id ?? '';
  await office.says(reply, await office.turn(reply), 'Four.');
  await expect(anew(id, messages[1]?.id)).rejects.toMatchObject({ code: 'wrong_state' });
  expect((await look(id)).end).toBe('completed');
});

test('a branch after words that nobody had answered is answered at once', async () => {
  const { id, messages } = await answered('How many ships?');
  const wakes = async (messageId = '') => {
    const where = { conversationId: id, messageId };
    const branch = await office.desk.inside((tx) => branchConversation(tx, office.desk.caller, where));
    const target = `conversation/${branch.id}`;
    return (await office.desk.rows('SELECT 1 FROM outbox WHERE target = $1', target)).length;
  };
  expect([await wakes(messages[0]?.id), await wakes(messages[1]?.id)]).toEqual([1, 0]);
});

test('an agent that is archived answers nothing any more: what waits is sent back, and no reply is written anew', async () => {
  const retired = await office.employ('retiring');
  const input = CreateConversation.parse({ agentId: retired, message: { text: 'Hello?' } });
  const { id } = await office.desk.inside((tx) => createConversation(tx, office.desk.caller, input));
  await office.desk.rows('UPDATE agents SET archived_at = now() WHERE id = $1', retired);
  expect(await look(id)).toMatchObject({ end: 'completed', start: [] });
  expect(await said(id)).toMatchObject([{ state: 'expired', reason: 'retiring is archived.' }]);
  await expect(anew(id)).rejects.toMatchObject({ code: 'undeliverable' });
});

test('a reply that fails is answered with the error, and the conversation goes on', async () => {
  const id = await talk('Break, please.');
  const reply = (await look(id)).start[0]?.id ?? '';
  const key = await office.turn(reply);
  const error = { code: 'model_failed', message: 'It broke.' };
  await office.desk.settle(reply, key, { try: 1, end: { as: 'failed', error } });
  expect((await office.desk.look(reply)).end).toBe('failed');
  expect((await replies(id)).map(({ text }) => text).join()).toContain('It broke.');
  expect((await look(id)).end).toBe('completed');
  const again = office.desk.inside((tx) => retryTask(tx, office.desk.caller, { taskId: reply }));
  await expect(again).rejects.toMatchObject({ code: 'wrong_state' });
});
