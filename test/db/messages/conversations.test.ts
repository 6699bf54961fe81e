import { beforeAll, expect, test } from '@jest/globals';
import { createConversation } from '../../../src/commands/create-conversation.ts';
import { sayInConversation } from '../../../src/commands/say-in-conversation.ts';
import { stopConversation } from '../../../src/commands/stop-conversation.ts';
import { retryTask } from '../../../src/commands/retry-task.ts';
import { CreateConversation } from '../../../src/contracts/conversation.ts';
import { openRows } from '../../../src/db/open-rows.ts';
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

test('what was said before is the transcript of the next reply', async () => {
  const id = await talk('My name is Ann.');
  const first = (await look(id)).start[0]?.id ?? '';
  await office.says(first, await office.turn(first), 'Good morning, Ann.');
  await office.desk.inside((tx) =>
    sayInConversation(tx, office.desk.caller, { conversationId: id, content: { text: 'What is my name?' } }),
  );
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
