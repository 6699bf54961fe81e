import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { insertAgent } from '../../src/db/agent-store.ts';
import type { CompleteRequest } from '../../src/db/calls/call-plan.ts';
import { counterOf } from '../../src/models/token-counter.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

/** Two models: one whose tokenizer is published, and one of which nothing is known. */
let house: ScriptedHouse;
beforeAll(async () => {
  house = await openScriptedHouse();
  const openai = { apiKey: 'test', baseUrl: house.server.v1, model: 'gpt-4.1-mini' };
  const llama = { baseUrl: house.server.v1, apiKey: undefined, model: 'unheard-of', fit: ['write', 'tools'] };
  await house.employ({ ...house.models, openai, llama });
  for (const [capability, model] of [
    ['counted', 'gpt-4.1-mini'],
    ['estimated', 'unheard-of'],
  ] as const)
    await house.db.inWorkspace(house.scope, (tx) =>
      insertAgent(
        tx,
        AgentSpec.parse({
          name: `Works with ${model}`,
          role: 'master_operator',
          capabilities: [{ name: capability, level: 3 }],
          modelPolicy: { allowed: [model] },
          tools: [],
        }),
      ),
    );
}, 90_000);
beforeEach(() => house.answer(() => ({ text: 'Done.' })));

const goal = `Compare these: ${'Lieferung in dreißig Tagen, 交货, {"price": 3.40}; '.repeat(60)}`;

async function work(capability: string): Promise<{ request: CompleteRequest; sent: string }> {
  const id = await house.give({ goal, requires: [{ name: capability, level: 1 }] });
  await house.reaches('tasks', id, ['completed']);
  const [effect] = await house.rows<{ request: CompleteRequest }>(
    `SELECT request FROM effects WHERE task_id = $1 AND kind = 'model'`,
    id,
  );
  const call = house.server.calls().find(({ callKey }) => callKey?.startsWith(`${id}/`));
  const messages = (call?.body.messages ?? []) as { role: string; content: string }[];
  if (!effect || messages.length === 0) throw new Error('It was not asked.');
  return { request: effect.request, sent: messages.map(({ content }) => content).join('') };
}

test('a prompt is counted with its model’s tokenizer where there is one, else estimated, and either is learned from on its own', async () => {
  const counted = await work('counted');
  expect(counted.request.packing.counter).toBe('o200k_base');
  const { count } = await counterOf({ tokenizer: 'o200k_base' });
  const off = counted.request.packing.estimated - count(counted.sent);
  // Beside the text there are the tools' cards and the frames of the messages.
  expect(Math.abs(off)).toBeLessThan(40);
  const estimated = await work('estimated');
  expect(estimated.request.packing.counter).toBe('estimate');
  const learned = await house.rows<{ model: string; counter: string }>(
    'SELECT model, counter FROM token_figures ORDER BY model',
  );
  expect(learned).toEqual([
    { model: 'gpt-4.1-mini', counter: 'o200k_base' },
    { model: 'unheard-of', counter: 'estimate' },
  ]);
});

test('what a workspace says of a model’s tokenizer counts from the next call on', async () => {
  await house.db.inWorkspace(house.scope, (tx) =>
    tx.sql(
      `INSERT INTO model_entries (workspace_id, provider, model, entry, actor) VALUES ($1, 'llama', 'unheard-of', '{"tokenizer":"cl100k_base"}', 'test')`,
      [house.scope.workspaceId],
    ),
  );
  await house.rows(`UPDATE workspaces SET providers_revision = providers_revision + 1`);
  expect((await work('estimated')).request.packing.counter).toBe('cl100k_base');
});
