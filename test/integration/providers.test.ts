import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTask } from '../../src/commands/create-task.ts';
import { removeProviderKey } from '../../src/commands/remove-provider-key.ts';
import { setProviderKey } from '../../src/commands/set-provider-key.ts';
import type { ProviderName, SetProvider } from '../../src/contracts/provider.ts';
import { CreateTask } from '../../src/contracts/task.ts';
import type { Tx } from '../../src/db/record.ts';
import { closeLater } from '../support/close-later.ts';
import { type House, openHouse } from '../support/house.ts';
import type { Answer, ServedCall } from '../support/scripted-model-server/script.ts';
import {
  type ScriptedModelServer,
  startScriptedModelServer,
} from '../support/scripted-model-server/server.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorkRule } from '../support/scripted-model-server/work-rule.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let house: House;
let openai: ScriptedModelServer;
let anthropic: ScriptedModelServer;
/** What a call gets instead of its usual answer. */
const instead: Record<'openai' | 'anthropic', (call: ServedCall) => Answer | null> = {
  openai: () => null,
  anthropic: () => null,
};

beforeAll(async () => {
  const work = createWorkRule({ planSteps: 2 });
  const start = (name: 'openai' | 'anthropic') =>
    startScriptedModelServer({ rule: (call) => instead[name](call) ?? work(call) });
  [openai, anthropic] = await Promise.all([start('openai'), start('anthropic')]);
  closeLater('the scripted models', () => Promise.all([openai.close(), anthropic.close()]));
  house = await openHouse({
    models: { openai: undefined, anthropic: undefined, llama: undefined, stallMs: 5000 },
    filesDir: await temporaryFolder('files'),
    secretKey: randomBytes(32).toString('hex'),
  });
});

function desk<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
  return house.db.inWorkspace(house.scope, work);
}

function give(goal: string): Promise<{ id: string }> {
  return desk((tx) => createTask(tx, house.caller, CreateTask.parse({ goal })));
}

function setKey(name: ProviderName, wish: SetProvider): Promise<void> {
  return desk((tx) => setProviderKey(tx, house.caller, { name, wish, sealer: house.sealer }));
}

const down: Answer = { fault: { kind: 'status', status: 503, headers: { 'retry-after-ms': '20' } } };

interface Booked {
  provider: string;
  outcome: string;
  microUsd: number | null;
}

function ledgerOf(rootTaskId: string): Promise<Booked[]> {
  return house.db.acrossWorkspaces<Booked>(
    'SELECT provider, outcome, micro_usd::int AS micro_usd FROM ledger WHERE root_task_id = $1 ORDER BY started_at, id',
    [rootTaskId],
  );
}

describe('provider keys and outages', () => {
  test('a goal that waits for a model goes on when a key is stored, without a restart', async () => {
    const { id } = await give('Compare three suppliers.');
    expect(await house.reaches('tasks', id, ['waiting'])).toMatchObject({
      waitingFor: 'model',
      holdsSlot: false,
    });
    await setKey('openai', { apiKey: 'sk-test-000000000000', baseUrl: openai.v1 });
    expect(await house.reaches('tasks', id, ['completed', 'failed'])).toMatchObject({ status: 'completed' });
    expect(
      (await ledgerOf(id)).every(({ provider, outcome }) => provider === 'openai' && outcome === 'ok'),
    ).toBe(true);
  });

  test('a provider that is out parks its tasks at no cost, and they go on when it is well again', async () => {
    await setKey('openai', { apiKey: 'sk-test-000000000000', baseUrl: openai.v1 });
    instead.openai = () => down;
    const before = openai.journal().length;
    const { id } = await give('Compare four suppliers.');
    const parked = await house.reaches('tasks', id, ['waiting']);
    expect(parked).toMatchObject({
      waitingFor: 'outage',
      holdsSlot: false,
      waitingDetail: expect.stringMatching(/openai\/gpt-6\.1-sol \(Scripted 503\)/),
    });
    const tried = await ledgerOf(id);
    expect(new Set(tried.map(({ outcome, microUsd }) => `${outcome} ${microUsd}`))).toEqual(
      new Set(['failed 0']),
    );
    expect(tried).toHaveLength(openai.journal().length - before);
    const { id: later } = await give('Compare five suppliers.');
    expect(await house.reaches('tasks', later, ['waiting'])).toMatchObject({ waitingFor: 'outage' });
    // It parks without a try, or is the one that a probe sent to try; either way at no cost.
    expect(
      (await ledgerOf(later)).filter(({ outcome, microUsd }) => outcome !== 'failed' || microUsd !== 0),
    ).toEqual([]);
    instead.openai = () => null;
    expect(await house.reaches('tasks', id, ['completed', 'failed'], 60_000)).toMatchObject({
      status: 'completed',
    });
    expect(await house.reaches('tasks', later, ['completed', 'failed'], 60_000)).toMatchObject({
      status: 'completed',
    });
    const paid = (await ledgerOf(id)).filter(({ outcome }) => outcome === 'ok');
    expect(paid).toHaveLength(5);
    expect((await ledgerOf(id)).length + (await ledgerOf(later)).length).toBe(
      openai.journal().length - before,
    );
    const breakers = () => house.db.acrossWorkspaces('SELECT * FROM provider_health');
    await waitFor(async () => (await breakers()).length === 0, { what: 'every breaker to close' });
  }, 120_000);

  test('a call that its provider never answers goes to a second provider', async () => {
    await setKey('anthropic', { apiKey: 'sk-ant-000000000000', baseUrl: anthropic.url });
    instead.anthropic = () => down;
    const { id } = await give('Compare six suppliers.');
    expect(await house.reaches('tasks', id, ['completed', 'failed'], 60_000)).toMatchObject({
      status: 'completed',
    });
    const rows = await ledgerOf(id);
    expect(
      rows
        .filter(({ provider }) => provider === 'anthropic')
        .every(({ outcome, microUsd }) => outcome === 'failed' && microUsd === 0),
    ).toBe(true);
    expect(rows.filter(({ provider }) => provider === 'openai').map(({ outcome }) => outcome)).toEqual([
      'ok',
      'ok',
      'ok',
      'ok',
      'ok',
    ]);
    const [call] = await house.db.acrossWorkspaces<{ reason: string; tries: number }>(
      `SELECT request->>'reason' AS reason, tries FROM effects WHERE task_id = $1 AND purpose = 'plan'`,
      [id],
    );
    expect(call).toMatchObject({ tries: 5, reason: expect.stringContaining('Out of service: anthropic/') });
    instead.anthropic = () => null;
  }, 90_000);

  test('without its key a workspace has no model again, and what is given then waits', async () => {
    for (const name of ['openai', 'anthropic'] as const)
      await desk((tx) => removeProviderKey(tx, house.caller, { name }));
    const { id } = await give('Compare seven suppliers.');
    expect(await house.reaches('tasks', id, ['waiting'])).toMatchObject({ waitingFor: 'model' });
  });
});
