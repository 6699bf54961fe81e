import { beforeAll, describe, expect, test } from '@jest/globals';
import { branchConversation } from '../../src/commands/branch-conversation.ts';
import { createConversation } from '../../src/commands/create-conversation.ts';
import { regenerateReply } from '../../src/commands/regenerate-reply.ts';
import { sayInConversation } from '../../src/commands/say-in-conversation.ts';
import { stopConversation } from '../../src/commands/stop-conversation.ts';
import { CreateConversation } from '../../src/contracts/conversation.ts';
import type { MessageRow } from '../../src/db/mappings/message.ts';
import type { Tx } from '../../src/db/record.ts';
import type { ServedCall } from '../support/scripted-model-server/script.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import { waitFor } from '../support/wait-for.ts';

let house: ScriptedHouse;
let agentId = '';
beforeAll(async () => {
  house = await openScriptedHouse();
  agentId = await house.hire({ name: 'Mia', capability: 'talking', maxConcurrent: 1 });
}, 120_000);

const desk = <Result>(work: (tx: Tx) => Promise<Result>) => house.db.inWorkspace(house.scope, work);
const talk = async (input: object) =>
  (await desk((tx) => createConversation(tx, house.caller, CreateConversation.parse({ agentId, ...input }))))
    .id;
const say = async (conversationId: string, text: string) =>
  (await desk((tx) => sayInConversation(tx, house.caller, { conversationId, content: { text } }))).id;
const said = (conversationId: string) =>
  house.rows<MessageRow>('SELECT * FROM messages WHERE conversation_id = $1 ORDER BY place', conversationId);
const replies = (conversationId: string, count: number) =>
  waitFor(
    async () => (await said(conversationId)).filter(({ replyTo }) => replyTo !== null).length >= count,
    {
      what: `${count} replies`,
      timeoutMs: 60_000,
    },
  );
const texts = async (conversationId: string) =>
  (await said(conversationId)).map(({ content }) => content.text);
const ends = (conversationId: string) =>
  house.client.workflow.getHandle(`conversation/${conversationId}`).result();
const isChat = (call: ServedCall) => call.system.includes('talks with you');

describe('a conversation', () => {
  test('answers what is unanswered, one reply at a time, then ends; the next message starts it again', async () => {
    house.answer((call) =>
      isChat(call) ? { text: `Reply ${(call.text.match(/Say/g) ?? []).length}.` } : null,
    );
    const id = await talk({ message: { text: 'Say one.' } });
    await say(id, 'Say two.');
    await replies(id, 2);
    expect(await ends(id)).toBe('completed');
    expect(new Set(await texts(id))).toEqual(new Set(['Say one.', 'Say two.', 'Reply 1.', 'Reply 2.']));
    await say(id, 'Say three.');
    await replies(id, 3);
    expect((await texts(id)).at(-1)).toBe('Reply 3.');
    const tasks = await house.rows<{ id: string }>('SELECT id FROM tasks WHERE conversation_id = $1', id);
    const booked = await house.rows(
      'SELECT 1 FROM ledger WHERE task_id = ANY ($1)',
      tasks.map((task) => task.id),
    );
    expect([tasks.length, booked.length]).toEqual([3, 3]);
    for (const task of tasks) await house.isWhole(task.id);
  }, 120_000);

  test('goes on although its agent has no free slot, and is told the state of the task that it is about', async () => {
    const held = house.hold((call) => call.text.includes('# Task\n\nCount the ships.'));
    const taskId = await house.give({ goal: 'Count the ships.', requires: [{ name: 'talking', level: 1 }] });
    await held;
    let asked = '';
    house.answer((call) => {
      if (!isChat(call)) return null;
      asked = call.text;
      return { text: 'I am counting.' };
    });
    const id = await talk({ taskId, message: { text: 'What are you doing?' } });
    await replies(id, 1);
    expect((await texts(id)).at(-1)).toBe('I am counting.');
    expect(asked).toContain('Count the ships.');
    expect(asked).toContain('Status: in_progress');
  }, 120_000);

  test('stop aborts the reply under way; what was seen of it stays, and the next message is answered with it', async () => {
    let asked = '';
    house.answer((call) => {
      if (!isChat(call) || !call.text.includes('Again'))
        return { text: 'long '.repeat(4000), chunkSize: 5, chunkDelayMs: 20 };
      asked = call.text;
      return { text: 'Short.' };
    });
    const id = await talk({ message: { text: 'Tell me everything.' } });
    const soFar = async () => (await house.feed.tokens.soFar(`conversation/${id}`))[0]?.text ?? '';
    const seen = await waitFor(async () => (await soFar()) || null, { what: 'tokens on the conversation' });
    await desk((tx) => stopConversation(tx, house.caller, id));
    await replies(id, 1);
    const stopped = (await said(id)).at(-1);
    expect(stopped).toMatchObject({ type: 'reply', content: { data: { code: 'stopped' } } });
    expect(stopped?.content.text.startsWith(seen.trimEnd())).toBe(true);
    expect(stopped?.content.text.length).toBeLessThan('long '.repeat(4000).length);
    // On a machine that stood still for a moment it may have been its second try.
    const booked = await house.rows(
      'SELECT outcome FROM ledger WHERE task_id = $1 ORDER BY try',
      stopped?.fromTaskId,
    );
    expect(booked.at(-1)).toMatchObject({ outcome: 'aborted' });
    await say(id, 'Again, shorter.');
    await replies(id, 2);
    expect((await texts(id)).at(-1)).toBe('Short.');
    expect(asked).toContain('[The person stopped this reply here.]');
  }, 120_000);

  test('stop before anything was written is answered with just that', async () => {
    const held = house.hold(isChat);
    const id = await talk({ message: { text: 'Tell me nothing.' } });
    await held;
    await desk((tx) => stopConversation(tx, house.caller, id));
    await replies(id, 1);
    expect((await said(id)).at(-1)).toMatchObject({
      type: 'error',
      content: { text: 'Stopped.', data: { code: 'stopped' } },
    });
  }, 120_000);

  test('a reply can be written anew, and a branch goes on from any message', async () => {
    let n = 0;
    house.answer((call) => (isChat(call) ? { text: `Version ${(n += 1)}.` } : null));
    const id = await talk({ message: { text: 'A name for the ship?' } });
    await replies(id, 1);
    const [question, first] = await said(id);
    await ends(id);
    await desk((tx) => regenerateReply(tx, house.caller, { conversationId: id, messageId: first?.id ?? '' }));
    await replies(id, 2);
    expect((await said(id)).find((row) => row.id === question?.id)?.answeredBy).toBe(
      (await said(id)).at(-1)?.id,
    );
    const branch = await desk((tx) =>
      branchConversation(tx, house.caller, { conversationId: id, messageId: first?.id ?? '' }),
    );
    expect(await texts(branch.id)).toEqual(['A name for the ship?', 'Version 1.']);
    await say(branch.id, 'Another?');
    await replies(branch.id, 2);
    expect((await texts(branch.id)).at(-1)).toBe('Version 3.');
  }, 120_000);
});
