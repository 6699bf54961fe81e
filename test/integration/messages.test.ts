import { beforeAll, describe, expect, test } from '@jest/globals';
import { sendMessage } from '../../src/commands/send-message.ts';
import { SendMessage } from '../../src/contracts/message.ts';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { insertAgent } from '../../src/db/agent-store.ts';
import type { MessageRow } from '../../src/db/mappings/message.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { isPlan, isStep, openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import { waitFor } from '../support/wait-for.ts';

let house: ScriptedHouse;
let redis: PrivateRedis;
beforeAll(async () => {
  redis = await privateRedis();
  house = await openScriptedHouse({ redis });
}, 120_000);

const write = async (input: object) =>
  (await house.db.inWorkspace(house.scope, (tx) => sendMessage(tx, house.caller, SendMessage.parse(input))))
    .id;
const message = async (id: string) =>
  (await house.rows<MessageRow>('SELECT * FROM messages WHERE id = $1', id))[0] as MessageRow;
const reaches = (id: string, states: string[]) =>
  waitFor(async () => states.includes((await message(id)).state), {
    what: `the message to be ${states.join(' or ')}`,
  });

describe('through Temporal', () => {
  test('a message in mid call is delivered at once and read by the turn after it', async () => {
    await house.hire({ name: 'Ina', capability: 'steered' });
    const title = 'Write about harbours.';
    house.answer((call) => {
      if (call.text.includes('Only about Hamburg.')) return { text: 'Hamburg.' };
      return isStep(title)(call) ? { text: 'Harbours of the world.', delayMs: 1500 } : null;
    });
    const taskId = await house.give({ goal: title, requires: [{ name: 'steered', level: 1 }] });
    await waitFor(() => house.server.journal().some(({ callKey }) => callKey?.startsWith(taskId)), {
      what: 'the first call',
    });
    const id = await write({ to: { kind: 'task', id: taskId }, content: { text: 'Only about Hamburg.' } });
    await reaches(id, ['delivered']);
    const { result } = await house.reaches('tasks', taskId, ['completed']);
    expect(result).toMatchObject({ markdown: 'Hamburg.' });
    expect(await message(id)).toMatchObject({
      state: 'acknowledged',
      readIn: expect.stringMatching(/\/2\/1$/),
    });
    house.answer(() => null);
    await house.isWhole(taskId);
  }, 120_000);

  test('a request to an agent is answered by the result of its task, although Redis is emptied meanwhile', async () => {
    const agentId = await house.hire({ name: 'Ole', capability: 'asked' });
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      ids.push(await write({ to: { kind: 'agent', id: agentId }, content: { text: `Question ${i}?` } }));
      await redis.command('FLUSHALL');
    }
    for (const id of ids) {
      await reaches(id, ['acknowledged']);
      const [answer] = await house.rows<MessageRow>('SELECT * FROM messages WHERE reply_to = $1', id);
      expect(answer).toMatchObject({ type: 'reply', toKind: 'person' });
    }
  }, 120_000);

  test('a step that waits for a message goes on with the answer', async () => {
    const runId = await house.run({
      name: 'Asks',
      steps: [
        { id: 'ask', kind: 'wait', with: { message: 'Which city is it about?' } },
        { id: 'use', kind: 'set', dependsOn: ['ask'], with: { values: { city: 'steps.ask.output.text' } } },
      ],
      output: '${{ steps.use.output.city }}',
    });
    await house.reaches('runs', runId, ['waiting']);
    const [question] = await house.rows<MessageRow>(`SELECT * FROM messages WHERE run_id = $1`, runId);
    expect(question).toMatchObject({ toKind: 'person', content: { text: 'Which city is it about?' } });
    await write({ replyTo: question?.id, content: { text: 'Bremen' } });
    expect((await house.reaches('runs', runId, ['completed'])).output).toBe('Bremen');
  }, 120_000);

  test('a step that times out withdraws its question', async () => {
    const runId = await house.run({
      name: 'Asks in vain',
      steps: [{ id: 'ask', kind: 'wait', timeout: 'PT1S', with: { message: 'Anybody?' } }],
    });
    await house.reaches('runs', runId, ['failed']);
    const [question] = await house.rows<MessageRow>(`SELECT * FROM messages WHERE run_id = $1`, runId);
    expect(question).toMatchObject({ state: 'withdrawn' });
  }, 120_000);

  test('an operator asks its Chief of Staff, which answers while its plan is carried out', async () => {
    const spec = AgentSpec.parse({
      name: 'Curious',
      role: 'master_operator',
      capabilities: [{ name: 'curiosity', level: 5 }],
      tools: ['ask_chief'],
    });
    const agentId = (await house.db.inWorkspace(house.scope, (tx) => insertAgent(tx, spec))).id;
    const plan = {
      name: 'One step',
      steps: [{ id: 'only', kind: 'agent', title: 'Only', with: { goal: 'Find the year.', agentId } }],
      output: '${{ steps.only.output.markdown }}',
    };
    house.answer((call) => {
      if (isPlan(call)) return { json: plan };
      if (call.text.includes('Answer the messages above')) return { text: 'Take 2025.' };
      if (!isStep('Find the year.')(call)) return null;
      if (call.text.includes('Take 2025.')) return { text: 'It was 2025.' };
      return { toolCalls: [{ name: 'ask_chief', arguments: { question: 'Which year?' } }] };
    });
    const rootId = await house.give({ goal: 'Which year was it?' });
    await house.reaches('tasks', rootId, ['completed'], 60_000);
    const [asked] = await house.rows<MessageRow>(
      `SELECT m.* FROM messages m WHERE m.task_id = $1 AND m.type = 'request'`,
      rootId,
    );
    expect(asked).toMatchObject({ state: 'acknowledged', content: { text: 'Which year?' } });
    const [step] = await house.rows<{ result: { markdown: string } }>(
      'SELECT result FROM tasks WHERE parent_id = $1',
      rootId,
    );
    expect(step?.result.markdown).toBe('It was 2025.');
    house.answer(() => null);
    await house.isWhole(rootId);
  }, 120_000);

  test('a deadline comes by itself', async () => {
    const agentId = await house.hire({ name: 'Ada', capability: 'resting' });
    const deadline = new Date(Date.now() + 1500).toISOString();
    const told = { type: 'inform', content: { text: 'For your next task.' }, deadline };
    const id = await write({ to: { kind: 'agent', id: agentId }, ...told });
    await reaches(id, ['expired']);
    expect(await message(id)).toMatchObject({ reason: 'Nobody read it by the deadline.' });
  }, 60_000);
});
