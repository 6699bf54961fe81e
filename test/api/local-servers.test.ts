import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { FoundServer, Provider } from '../../src/contracts/provider.ts';
import { createSealer } from '../../src/db/seal.ts';
import { findLocal } from '../../src/models/find-local.ts';
import { tryKey } from '../../src/models/try-key.ts';
import { closeLater } from '../support/close-later.ts';
import { startScriptedModelServer } from '../support/scripted-model-server/server.ts';
import { runApi } from './support/running-api.ts';

/** A stand-in for Ollama, another that says nothing of models, and a port where nobody is. */
async function places() {
  const ollama = await startScriptedModelServer({ models: ['llama3.3:70b', 'qwen3:8b'] });
  closeLater('the stand-in', () => ollama.close());
  const other = createServer((_request, response) => response.end('<html>hello</html>'));
  const silent = createServer(() => {});
  for (const server of [other, silent]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closeLater('a server', () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
  }
  const portOf = (server: typeof other) => (server.address() as AddressInfo).port;
  return [
    { name: 'Ollama', port: ollama.port },
    { name: 'A web page', port: portOf(other) },
    { name: 'Silence', port: portOf(silent) },
    { name: 'Nobody', port: 1 },
  ];
}

async function open(llama: { baseUrl: string; model: string | null } | null) {
  const around = await places();
  const environment = llama ? [{ provider: 'llama' as const, fit: null, last4: null, ...llama }] : [];
  const sealer = createSealer([randomBytes(32).toString('hex')]);
  const api = await runApi({
    providers: { sealer, environment, tryKey, findLocal: () => findLocal(around) },
  });
  const list = async () =>
    (await api.ask<{ items: Provider[]; found: FoundServer[] }>('GET', 'providers')).body.found;
  return { api, list, baseUrl: `http://127.0.0.1:${around[0]?.port}/v1` };
}

describe('a model server on this machine', () => {
  let house: Awaited<ReturnType<typeof open>>;
  beforeEach(async () => {
    house = await open({ baseUrl: 'http://127.0.0.1:4811/v1', model: '/models/SmolLM2.gguf' });
  });

  test('is found and offered beside the built-in model, and one call takes it into use', async () => {
    const { api, list, baseUrl } = house;
    const offered = {
      name: 'Ollama',
      models: ['llama3.3:70b', 'qwen3:8b'],
      add: { baseUrl, model: 'llama3.3:70b' },
    };
    expect(await list()).toEqual([offered]);
    const { status } = await api.ask('PUT', 'providers/llama', { body: offered.add });
    expect(status).toBe(200);
    expect(await list()).toEqual([]);
  });

  test('is nobody else’s business', async () => {
    const key = await house.api.keyOf('viewer');
    expect((await house.api.problem('GET', 'providers', { key })).status).toBe(403);
  });

  test('is not looked for when a Llama server is configured', async () => {
    const { list } = await open({ baseUrl: 'http://10.0.0.5/v1', model: 'llama3' });
    expect(await list()).toEqual([]);
  });
});
