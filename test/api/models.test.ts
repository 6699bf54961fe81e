import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Config } from '../../src/config.ts';
import type { ModelView } from '../../src/contracts/model.ts';
import type { Database, Tx } from '../../src/db/record.ts';
import { createModelDescriber } from '../../src/models/describe-models.ts';
import type { ModelsOfWorkspaces } from '../../src/models/workspace-models.ts';
import { createModelsOfWorkspaces } from '../../workers/models-of-workspaces.ts';
import { closeLater } from '../support/close-later.ts';
import { startScriptedModelServer } from '../support/scripted-model-server/server.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

let api: RunningApi;
let db: Database;
let known: ModelsOfWorkspaces<Tx>;
beforeAll(async () => {
  const server = await startScriptedModelServer({ models: ['gpt-6.1-sol'] });
  closeLater('the scripted models', () => server.close());
  const models = {
    openai: { apiKey: 'k', baseUrl: server.v1, model: undefined },
    llama: { baseUrl: 'http://127.0.0.1:1/v1', model: 'nobody', fit: undefined },
  } as unknown as Config['models'];
  known = createModelsOfWorkspaces({ models }).models;
  const describeModels = createModelDescriber({ stallMs: 45_000 });
  api = await runApi({
    models: async ({ workspaceId }) => {
      const { registry } = await db.inWorkspace({ workspaceId, actor: 'system' }, (tx) => known.inTx(tx));
      return describeModels(registry, () => null);
    },
  });
  db = api.db;
});

const list = async () => (await api.ask<{ items: ModelView[] }>('GET', 'models')).body.items;
const one = async (id: string) => (await list()).find((model) => model.id === id);
const from = '2026-01-01';

describe('models', () => {
  test('are listed with prices, whether those were checked, and how their provider is right now', async () => {
    expect(await one('gpt-6.1-sol')).toMatchObject({
      provider: 'openai',
      healthy: true,
      problem: null,
      latencyMs: expect.any(Number),
      tokenizer: null,
      stallSeconds: 45,
      prices: { inputPerMTok: 2, asOf: '2026-11-01', checked: false },
      own: false,
    });
    expect(await one('nobody')).toMatchObject({ healthy: false, problem: expect.any(String), prices: null });
  });

  test('are what the workspace says from the next call on, and what the catalogue says when it is taken back', async () => {
    const entry = {
      prices: [{ from, inputPerMTok: 7, outputPerMTok: 70 }],
      contextTokens: 64_000,
      aliases: ['house'],
      requestsPerMinute: 30,
    };
    const put = await api.ask('PUT', 'models/openai/gpt-6.1-sol', { body: entry });
    expect([put.status, put.body]).toEqual([200, entry]);
    expect(await one('gpt-6.1-sol')).toMatchObject({
      prices: { inputPerMTok: 7, cachedInputPerMTok: 7, outputPerMTok: 70, asOf: from, checked: true },
      contextTokens: 64_000,
      aliases: ['house'],
      requestsPerMinute: 30,
      own: true,
    });
    const reserved = await db.inWorkspace({ workspaceId: api.workspaceId, actor: 'system' }, async (tx) =>
      (await known.inTx(tx)).reserve({ provider: 'openai', model: 'gpt-6.1-sol', maxOutputTokens: 10 }, 100),
    );
    expect(reserved).toMatchObject({ microUsd: 1400, price: { asOf: from } });
    expect((await api.ask('DELETE', 'models/openai/gpt-6.1-sol')).status).toBe(204);
    expect(await one('gpt-6.1-sol')).toMatchObject({ prices: { inputPerMTok: 2 }, own: false });
    expect((await api.problem('DELETE', 'models/openai/gpt-6.1-sol')).status).toBe(404);
  });

  test('that the catalogue does not know can be added, whatever its name has', async () => {
    const body = { fit: ['plan', 'json', 'write'], prices: [{ from, inputPerMTok: 0, outputPerMTok: 0 }] };
    expect((await api.ask('PUT', 'models/openai/meta%2Fllama-4:8b', { body })).status).toBe(200);
    expect(await one('meta/llama-4:8b')).toMatchObject({ fit: body.fit, prices: { inputPerMTok: 0 } });
  });

  test('are set by owners alone, and every fault of a setting is named', async () => {
    for (const role of ['operator', 'viewer'] as const) {
      const key = await api.keyOf(role);
      expect((await api.problem('PUT', 'models/openai/gpt-6.1-sol', { key, body: {} })).status).toBe(403);
    }
    const { status, body } = await api.problem('PUT', 'models/openai/gpt-6.1-sol', {
      body: {
        prices: [{ from: 'soon', inputPerMTok: -1 }],
        contextTokens: 'many',
        fit: ['fly'],
        colour: 'red',
      },
    });
    expect(status).toBe(422);
    expect(body.problems?.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/colour',
      '/contextTokens',
      '/fit/0',
      '/prices/0/from',
      '/prices/0/inputPerMTok',
      '/prices/0/outputPerMTok',
    ]);
    const twice = { prices: [1, 2].map((inputPerMTok) => ({ from, inputPerMTok, outputPerMTok: 1 })) };
    const other = await api.problem('PUT', 'models/openai/gpt-6.1-sol', { body: twice });
    expect(other.body.problems).toMatchObject([{ pointer: '/prices/1/from', code: 'duplicate' }]);
  });
});
