import { beforeAll, describe, expect, test } from '@jest/globals';
import { sendMessage } from '../../src/commands/send-message.ts';
import { SendMessage } from '../../src/contracts/message.ts';
import { isPlan, openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import type { ServedCall } from '../support/scripted-model-server/script.ts';
import { waitFor } from '../support/wait-for.ts';

let house: ScriptedHouse;
beforeAll(async () => {
  house = await openScriptedHouse();
}, 120_000);

const plan = {
  name: 'One step',
  steps: [
    {
      id: 'book',
      kind: 'agent',
      title: 'Book it',
      dependsOn: [],
      with: { goal: 'Book the berth.', requires: [] },
    },
  ],
};
const write = (input: object) =>
  house.db.inWorkspace(house.scope, (tx) => sendMessage(tx, house.caller, SendMessage.parse(input) as never));
const answered = (messageId: string) =>
  waitFor(
    async () => {
      const [reply] = await house.rows<{ text: string }>(
        `SELECT content->>'text' AS text FROM messages WHERE reply_to = $1`,
        messageId,
      );
      return reply?.text;
    },
    { what: 'the answer', timeoutMs: 45_000 },
  );
const isHearing = (call: ServedCall) => !call.outputSchema && call.text.includes('Answer the messages above');
const asks = (id: string) => house.until(id, ({ waitingFor }) => waitingFor === 'person');

describe('a Chief of Staff that waits for the answer to its own question', () => {
  test('hears what people write meanwhile, and may use its tools; its question stays open until it is answered', async () => {
    const planned: string[] = [];
    let heard = 0;
    house.answer((call) => {
      if (isPlan(call)) {
        planned.push(call.text);
        return call.text.includes('Hamburg')
          ? { json: plan }
          : { toolCalls: [{ name: 'ask_person', arguments: { question: 'Which harbour?' } }] };
      }
      if (!isHearing(call)) return null;
      heard += 1;
      return heard === 1
        ? { toolCalls: [{ name: 'search_files', arguments: { query: 'harbour' } }] }
        : { text: 'It has not begun.' };
    });
    const id = await house.give({ goal: 'Book a berth.' });
    await asks(id);
    const [question] = await house.rows<{ id: string }>(
      'SELECT id FROM messages WHERE from_task_id = $1',
      id,
    );
    const first = await write({ to: { kind: 'task', id }, content: { text: 'How far are you?' } });
    expect(await answered(first.id)).toBe('It has not begun.');
    await asks(id);
    const second = await write({ to: { kind: 'task', id }, content: { text: 'Mind the price.' } });
    expect(await answered(second.id)).toBe('It has not begun.');
    await asks(id);
    expect([planned.length, heard]).toEqual([1, 3]);
    expect(await house.rows('SELECT state FROM messages WHERE id = $1', question?.id)).toMatchObject([
      { state: 'delivered' },
    ]);
    await write({ replyTo: question?.id, content: { text: 'Hamburg.' } });
    expect(await house.reaches('tasks', id, ['completed', 'failed'], 60_000)).toMatchObject({
      status: 'completed',
    });
    expect(planned.at(-1)).toContain('Nobody has answered yet');
    expect(planned.at(-1)).toContain('Mind the price.');
    await house.isWhole(id);
  }, 120_000);
});
