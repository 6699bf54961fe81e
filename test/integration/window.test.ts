import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { insertAgent } from '../../src/db/agent-store.ts';
import type { CompleteRequest } from '../../src/db/calls/call-plan.ts';
import type { Answer } from '../support/scripted-model-server/script.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

/** An agent that prefers a model with a small window, and may use one with a large window. */
let house: ScriptedHouse;
beforeAll(async () => {
  house = await openScriptedHouse();
  const openai = { apiKey: 'test', baseUrl: house.server.v1, model: 'gpt-4.1-mini' };
  const llama = { baseUrl: house.server.v1, apiKey: undefined, model: 'small-window', fit: ['write'] };
  await house.employ({ ...house.models, openai, llama });
  const spec = AgentSpec.parse({
    name: 'Reader',
    role: 'master_operator',
    capabilities: [{ name: 'reading', level: 3 }],
    modelPolicy: { preferred: ['small-window'], allowed: ['small-window', 'gpt-4.1-mini'] },
    tools: [],
  });
  await house.db.inWorkspace(house.scope, (tx) => insertAgent(tx, spec));
}, 90_000);
beforeEach(() => house.answer(() => ({ text: 'Read.' })));

const give = (goal: string) => house.give({ goal, requires: [{ name: 'reading', level: 1 }] });
/** Over 8,192 tokens, and a goal is never cut. */
const long = 'offer '.repeat(12_000);

async function requestOf(taskId: string): Promise<CompleteRequest> {
  const [row] = await house.rows<{ request: CompleteRequest }>(
    `SELECT request FROM effects WHERE task_id = $1 AND kind = 'model'`,
    taskId,
  );
  if (!row) throw new Error('No model was asked.');
  return row.request;
}

test('a model whose window is too small for the prompt is out, and the call says so', async () => {
  const short = await give('Read this.');
  const id = await give(long);
  for (const each of [short, id]) await house.reaches('tasks', each, ['completed']);
  expect((await requestOf(short)).model).toBe('small-window');
  const { model, route } = await requestOf(id);
  expect(model).toBe('gpt-4.1-mini');
  expect(route?.rejected).toContainEqual({
    provider: 'llama',
    model: 'small-window',
    why: expect.stringMatching(/^its window of 8,192 tokens is too small: this needs 1\d,\d{3}$/),
  });
  await house.isWhole(id);
});

test('a prompt that only a model out of service has room for waits for that, and is said once', async () => {
  const down: Answer = { fault: { kind: 'status', status: 503 } };
  house.answer((call) => (call.body.model === 'gpt-4.1-mini' ? down : { text: 'Read.' }));
  const id = await give(long);
  expect(await house.reaches('tasks', id, ['waiting', 'failed', 'completed'])).toMatchObject({
    status: 'waiting',
    waitingFor: 'outage',
    waitingDetail: expect.stringContaining('openai/gpt-4.1-mini'),
  });
  // One that comes now finds it out of service before it was ever asked.
  const later = await give(long);
  expect(await house.reaches('tasks', later, ['waiting', 'failed', 'completed'])).toMatchObject({
    status: 'waiting',
    waitingFor: 'outage',
  });
  house.answer(() => ({ text: 'Read.' }));
  for (const each of [id, later]) {
    expect(await house.reaches('tasks', each, ['completed', 'failed'], 60_000)).toMatchObject({
      status: 'completed',
    });
    expect((await requestOf(each)).model).toBe('gpt-4.1-mini');
    const lines = await house.rows(`SELECT 1 FROM transcript WHERE task_id = $1 AND role = 'user'`, each);
    expect(lines).toHaveLength(1);
  }
}, 120_000);
