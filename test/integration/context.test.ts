import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { insertAgent } from '../../src/db/agent-store.ts';
import { readModelCall } from '../../src/db/model-call-reads.ts';
import { chatRequest } from '../../src/models/openai/chat-request.ts';
import type { ModelRequest } from '../../src/models/port.ts';
import type { Answer, ServedCall } from '../support/scripted-model-server/script.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

/** One model with a window of 8,192 tokens, so that little text fills it. */
let house: ScriptedHouse;
beforeAll(async () => {
  house = await openScriptedHouse();
  const llama = {
    baseUrl: house.server.v1,
    apiKey: undefined,
    model: 'small-window',
    fit: ['plan', 'tools', 'json', 'write'],
  };
  await house.employ({ ...house.models, openai: undefined, llama });
  const spec = AgentSpec.parse({
    name: 'Long',
    role: 'master_operator',
    capabilities: [{ name: 'long', level: 3 }],
    limits: { maxTurns: 500 },
  });
  await house.db.inWorkspace(house.scope, (tx) => insertAgent(tx, spec));
}, 90_000);
beforeEach(() => house.answer(() => null));

const requires = [{ name: 'long', level: 1 }];
const isSummarising = (call: ServedCall) => call.text.includes('Write a summary of everything above');
const search = (query: string): Answer => ({ toolCalls: [{ name: 'search_files', arguments: { query } }] });
const filling = (turn: number) =>
  `Turn ${turn}: ${'the offer of the second supplier was compared with the first. '.repeat(15)}`;

const callsOf = (id: string) => house.server.calls().filter(({ callKey }) => callKey?.startsWith(`${id}/`));
const effectsOf = (id: string) =>
  house.rows<{ id: string; purpose: string; status: string; kind: string }>(
    'SELECT id, purpose, status, kind FROM effects WHERE task_id = $1 ORDER BY turn, key',
    id,
  );

/** As many turns with a tool call as asked for, then the result. */
function takesTurns(turns: number, summary: Answer) {
  let turn = 0;
  house.answer((call) => {
    if (isSummarising(call)) return summary;
    turn += 1;
    return turn > turns
      ? { text: 'All turns are done.' }
      : { ...search(`offer ${turn}`), text: filling(turn) };
  });
}

/** Each request, made again from the record, is what the server was sent, byte for byte. */
async function expectRebuilt(id: string): Promise<void> {
  const calls = new Map(callsOf(id).map((call) => [call.callKey, call.body]));
  for (const { id: callId, kind } of await effectsOf(id)) {
    if (kind !== 'model') continue;
    const found = await house.db.inWorkspace(house.scope, (tx) => readModelCall(tx, callId));
    if (!found?.body) throw new Error(`The call ${callId} cannot be read.`);
    expect(found.body.intact).toBe(true);
    const { system, tools } = found.body.frame;
    const request = {
      model: 'small-window',
      system,
      tools,
      messages: found.body.messages,
      maxOutputTokens: 1,
    };
    const made = chatRequest(request as ModelRequest, {
      tokenLimitField: 'max_tokens',
      takesTemperature: () => true,
    });
    const sent = calls.get(found.effect.key);
    expect(JSON.stringify([made.messages, made.tools])).toBe(JSON.stringify([sent?.messages, sent?.tools]));
  }
}

describe('a conversation that outgrows its window', () => {
  test('is summarised by a model of its own call; the newest turns stay; every request can be made again', async () => {
    takesTurns(60, { text: 'SUMMARY: so far sixty offers were looked at.' });
    const id = await house.give({ goal: 'Look at every offer.', requires });
    await house.reaches('tasks', id, ['completed']);
    await house.isWhole(id);
    const summaries = await house.rows<{ fromSeq: number; toSeq: number; callId: string | null }>(
      'SELECT from_seq, to_seq, call_id FROM summaries WHERE task_id = $1 ORDER BY to_seq',
      id,
    );
    expect(summaries.length).toBeGreaterThan(1);
    expect(summaries.every(({ callId, fromSeq }) => callId !== null && fromSeq === 2)).toBe(true);
    const paid = await house.rows(`SELECT 1 FROM ledger WHERE task_id = $1 AND purpose = 'summarise'`, id);
    expect(paid).toHaveLength(summaries.length);
    const last = callsOf(id).at(-1)?.text ?? '';
    expect(last).toContain('Look at every offer.');
    expect(last).toContain('SUMMARY: so far');
    expect(last).toContain('Turn 60:');
    expect(last).not.toContain('Turn 1:');
    await expectRebuilt(id);
  }, 120_000);

  test('is summarised by heads and tails when the model gives no summary', async () => {
    takesTurns(60, { text: 'No.', stop: 'refused' });
    const id = await house.give({ goal: 'Look at every offer.', requires });
    await house.reaches('tasks', id, ['completed']);
    const summaries = await house.rows<{ callId: string | null }>(
      'SELECT call_id FROM summaries WHERE task_id = $1',
      id,
    );
    expect(summaries.length).toBeGreaterThan(0);
    expect(summaries.every(({ callId }) => callId === null)).toBe(true);
    expect(callsOf(id).at(-1)?.text).toContain('search_files answered');
    await expectRebuilt(id);
  }, 120_000);
});

describe('a prompt over the window', () => {
  test('that cannot be cut ends the task with a reason that says what is too long, and nobody is asked', async () => {
    const id = await house.give({ goal: 'offer '.repeat(12_000), requires });
    const task = await house.reaches('tasks', id, ['failed']);
    expect(task.error).toMatchObject({ code: 'context_over_window' });
    expect(JSON.stringify(task.error)).toContain('llama/small-window');
    expect(callsOf(id)).toHaveLength(0);
  });

  test('by the provider’s own word is packed into less and sent once more', async () => {
    house.answer((call) =>
      call.try === 1
        ? {
            fault: {
              kind: 'status',
              status: 400,
              code: 'context_length_exceeded',
              message: 'maximum context length',
            },
          }
        : { text: 'It fits now.' },
    );
    const id = await house.give({ goal: 'Compare.', requires });
    expect(await house.reaches('tasks', id, ['completed'])).toMatchObject({
      result: { markdown: 'It fits now.' },
    });
    await house.isWhole(id);
  });
});

describe('an answer over the limit', () => {
  test('goes on once where it stopped, with more room, and both parts are the result', async () => {
    house.answer((call) =>
      call.text.includes('Go on exactly where it stopped')
        ? { text: 'second half.' }
        : { text: 'First half and ', stop: 'length' },
    );
    const id = await house.give({ goal: 'Write at length.', requires });
    expect(await house.reaches('tasks', id, ['completed'])).toMatchObject({
      result: { markdown: 'First half and second half.' },
    });
  });

  test('twice fails with a reason that says so', async () => {
    house.answer(() => ({ text: 'And so on ', stop: 'length' }));
    const id = await house.give({ goal: 'Write for ever.', requires });
    const task = await house.reaches('tasks', id, ['failed']);
    expect(task.error).toMatchObject({ code: 'answer_over_limit' });
  });
});

test('a long output of a step before is shown as a head, and read on by its handle', async () => {
  const long = Array.from({ length: 3_000 }, (_each, n) => `Line ${n} of the report.`).join('\n');
  let told = '';
  house.answer((call) => {
    if (call.text.includes('# Task\n\nWrite the report')) return { text: long };
    if (!call.text.includes('# Task\n\nRead it')) return null;
    const from = /call read_result with handle step:a from (\d+)/.exec(call.text)?.[1];
    const messages = call.body.messages as { role: string }[];
    told = JSON.stringify(messages);
    if (messages.at(-1)?.role === 'tool') return { text: 'Read.' };
    return { toolCalls: [{ name: 'read_result', arguments: { handle: 'step:a', from: Number(from) } }] };
  });
  const step = (id: string, goal: string, dependsOn: string[]) => ({
    id,
    kind: 'agent',
    dependsOn,
    with: { goal, requires: [{ capability: 'long', level: 1 }] },
  });
  const run = await house.run({
    name: 'Long',
    steps: [step('a', 'Write the report', []), step('b', 'Read it', ['a'])],
  });
  await house.reaches('runs', run, ['completed']);
  const [head, rest] = (JSON.parse(told) as { role: string; content: string }[]).flatMap(
    ({ role, content }) => (role === 'user' || role === 'tool' ? [content] : []),
  );
  const from = Number(/call read_result with handle step:a from (\d+)/.exec(head ?? '')?.[1]);
  expect(head).toContain(long.slice(0, from));
  expect(head).not.toContain(long.slice(0, from + 1));
  expect(rest?.slice(0, 2_000)).toBe(long.slice(from, from + 2_000));
}, 60_000);
