import { randomBytes } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Provider } from '../../src/contracts/provider.ts';
import { createSealer } from '../../src/db/seal.ts';
import { tryKey } from '../../src/models/try-key.ts';
import { closeLater } from '../support/close-later.ts';
import {
  startScriptedModelServer,
  type ScriptedModelServer,
} from '../support/scripted-model-server/server.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

const goodKey = 'sk-test-0123456789abcdef-Wxyz';
const secret = randomBytes(32).toString('hex');

let api: RunningApi;
let server: ScriptedModelServer;

beforeAll(async () => {
  server = await startScriptedModelServer({ apiKey: goodKey });
  closeLater('the scripted models', () => server.close());
  api = await runApi({
    providers: {
      sealer: createSealer([secret]),
      environment: [{ provider: 'anthropic', baseUrl: null, model: 'opus', fit: null, last4: 'envk' }],
      tryKey,
    },
  });
});

beforeEach(() => api.db.acrossWorkspaces('DELETE FROM provider_keys'));

const good = () => ({ apiKey: goodKey, baseUrl: server.v1 });

async function listed(name: string): Promise<Provider | undefined> {
  const { body } = await api.ask<{ items: Provider[] }>('GET', 'providers');
  return body.items.find((provider) => provider.name === name);
}

describe('provider keys', () => {
  test('a key that works is stored and shown by its last four alone', async () => {
    const { status, body } = await api.ask<Provider>('PUT', 'providers/openai', {
      body: { ...good(), model: 'gpt-6.1-sol' },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'openai',
      source: 'stored',
      last4: 'Wxyz',
      baseUrl: server.v1,
      model: 'gpt-6.1-sol',
      problem: null,
      outages: [],
    });
    expect(await listed('openai')).toEqual(body);
    const everything = JSON.stringify([
      await api.db.acrossWorkspaces('SELECT * FROM provider_keys'),
      await api.db.acrossWorkspaces('SELECT * FROM idempotency_keys'),
      api.logs,
      body,
    ]);
    expect(everything).not.toContain(goodKey);
    expect(everything).not.toContain(goodKey.slice(0, -4));
  });

  test('what is at rest can be read with the secret, in its own row only', async () => {
    await api.ask('PUT', 'providers/openai', { body: good() });
    const [row] = await api.db.acrossWorkspaces<{ sealed: string; keyId: string }>(
      'SELECT sealed, key_id FROM provider_keys',
    );
    const sealed = row ?? { sealed: '', keyId: '' };
    const place = `${api.workspaceId}/openai`;
    expect(createSealer([secret]).open(sealed, place)).toBe(goodKey);
    expect(createSealer([randomBytes(32).toString('hex'), secret]).open(sealed, place)).toBe(goodKey);
    expect(createSealer([secret]).open(sealed, `${api.workspaceId}/anthropic`)).toBeNull();
    expect(createSealer([randomBytes(32).toString('hex')]).open(sealed, place)).toBeNull();
  });

  test('a key that does not work is a clear problem, and nothing is stored', async () => {
    const wrong = 'sk-wrong-0123456789';
    const { status, body } = await api.problem('PUT', 'providers/openai', {
      body: { ...good(), apiKey: wrong },
    });
    expect(status).toBe(422);
    expect(body.problems).toMatchObject([
      { pointer: '/apiKey', code: 'does_not_work', message: expect.stringContaining('Wrong key.') },
    ]);
    expect(JSON.stringify([body, api.logs])).not.toContain(wrong);
    expect(await api.count('provider_keys')).toBe(0);
  });

  test('a server that is not there is a clear problem too', async () => {
    const { status, body } = await api.problem('PUT', 'providers/llama', {
      body: { baseUrl: 'http://127.0.0.1:9/v1' },
    });
    expect(status).toBe(422);
    expect(body.problems).toMatchObject([
      {
        pointer: '/baseUrl',
        code: 'unreachable',
        message: expect.stringMatching(/^llama could not be reached: /),
      },
    ]);
    expect(await api.count('provider_keys')).toBe(0);
  });

  test('what is missing or too much is said at once, before the provider is asked', async () => {
    const { body: cloud } = await api.problem('PUT', 'providers/openai', { body: { fit: ['plan'] } });
    expect(cloud.problems.map(({ pointer }) => pointer)).toEqual(['/apiKey', '/fit']);
    const { body: local } = await api.problem('PUT', 'providers/llama', { body: { apiKey: 'x' } });
    expect(local.problems.map(({ pointer }) => pointer)).toEqual(['/baseUrl']);
    const { body: shape } = await api.problem('PUT', 'providers/openai', {
      body: { apiKey: 'two words', baseUrl: 'ftp://x', other: 1 },
    });
    expect(shape.problems.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/apiKey',
      '/baseUrl',
      '/other',
    ]);
    expect((await api.problem('PUT', 'providers/nobody', { body: good() })).status).toBe(404);
  });

  test('only owners see and change them', async () => {
    for (const role of ['operator', 'viewer'] as const) {
      const key = await api.keyOf(role);
      expect((await api.problem('GET', 'providers', { key })).body.code).toBe('forbidden');
      expect((await api.problem('PUT', 'providers/openai', { key, body: good() })).body.code).toBe(
        'forbidden',
      );
      expect((await api.problem('DELETE', 'providers/openai', { key })).body.code).toBe('forbidden');
    }
    expect(await api.count('provider_keys')).toBe(0);
  });

  test('another workspace’s keys are not there', async () => {
    await api.ask('PUT', 'providers/openai', { body: good() });
    const key = await api.keyOf('owner', { foreign: true });
    const { body } = await api.ask<Provider>('GET', 'providers/openai', { key });
    expect(body).toMatchObject({ source: null, last4: null });
    expect((await api.ask('DELETE', 'providers/openai', { key })).status).toBe(404);
    expect(await listed('openai')).toMatchObject({ source: 'stored' });
  });

  test('a stored key goes before the environment’s, which is there again when it is removed', async () => {
    expect(await listed('anthropic')).toMatchObject({ source: 'environment', last4: 'envk', model: 'opus' });
    expect(
      (await api.ask('PUT', 'providers/anthropic', { body: { apiKey: goodKey, baseUrl: server.url } }))
        .status,
    ).toBe(200);
    expect(await listed('anthropic')).toMatchObject({ source: 'stored', last4: 'Wxyz', model: null });
    expect((await api.ask('DELETE', 'providers/anthropic')).status).toBe(204);
    expect(await listed('anthropic')).toMatchObject({ source: 'environment', last4: 'envk' });
    expect((await api.ask('DELETE', 'providers/anthropic')).status).toBe(404);
  });

  test('without SECRET_KEY nothing is tried or stored, and it says so', async () => {
    let tried = 0;
    const bare = await runApi({
      providers: {
        sealer: createSealer([]),
        environment: [],
        tryKey: () => Promise.resolve({ ok: (tried += 1) > 0, answered: true, problem: null }),
      },
    });
    const { status, body } = await bare.problem('PUT', 'providers/openai', { body: good() });
    expect({ status, tried }).toEqual({ status: 503, tried: 0 });
    expect(body.detail).toContain('SECRET_KEY');
    expect(await bare.count('provider_keys')).toBe(0);
  });
});
