import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Memory } from '../../src/contracts/memory.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

let api: RunningApi;
let agentId: string;

beforeAll(async () => {
  api = await runApi();
  const { body } = await api.ask<{ items: { id: string }[] }>('GET', 'agents');
  agentId = body.items[0]?.id ?? '';
});

const write = (body: object) => api.ask<Memory>('POST', 'memories', { body });

describe('memories', () => {
  test('are written, shown, changed and deleted by people', async () => {
    const made = await write({ scope: 'workspace', text: ' The office closes at six. ', pinned: true });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`/api/v2/memories/${made.body.id}`);
    expect(made.body).toMatchObject({
      scope: 'workspace',
      text: 'The office closes at six.',
      untrusted: false,
      pinned: true,
      confidence: 1,
      source: { kind: 'person' },
    });
    const changed = await api.ask<Memory>('PATCH', `memories/${made.body.id}`, {
      body: { text: 'The office closes at five.' },
      headers: { 'if-match': '"1"' },
    });
    expect(changed.body).toMatchObject({ text: 'The office closes at five.', version: 2 });
    const stale = await api.problem('PATCH', `memories/${made.body.id}`, {
      body: { confidence: 0.5 },
      headers: { 'if-match': '"1"' },
    });
    expect(stale.body.code).toBe('precondition_failed');
    expect((await api.ask('DELETE', `memories/${made.body.id}`)).status).toBe(204);
    expect((await api.problem('DELETE', `memories/${made.body.id}`)).status).toBe(404);
  });

  test('of an agent stand under its address', async () => {
    const made = await api.ask<Memory>('POST', `agents/${agentId}/memories`, {
      body: { text: 'Writes short.' },
    });
    expect(made.body).toMatchObject({ scope: 'agent', agentId });
    const { body } = await api.ask<{ items: Memory[] }>('GET', `agents/${agentId}/memories`);
    expect(body.items.map(({ text }) => text)).toEqual(['Writes short.']);
    expect((await api.problem('GET', `agents/agt_01k5zj7q3ve4r9t0m2n4p6q8s0/memories`)).status).toBe(404);
  });

  test('about a person are that person’s and the owners’ to see', async () => {
    const operator = await api.keyOf('operator');
    const { body: own } = await api.ask<Memory>('POST', 'memories', {
      body: { scope: 'person', text: 'Prefers tables.' },
      key: operator,
    });
    const other = await api.keyOf('operator');
    const seenBy = async (key: string) =>
      (await api.ask<{ items: Memory[] }>('GET', 'memories?filter=scope%20%3D%3D%20%22person%22', { key }))
        .body.items.length;
    expect([await seenBy(operator), await seenBy(other), await seenBy(api.ownerKey)]).toEqual([1, 0, 1]);
    expect(
      (await api.problem('PATCH', `memories/${own.id}`, { body: { pinned: true }, key: other })).status,
    ).toBe(404);
  });

  test('another workspace sees and changes none', async () => {
    const { body } = await write({ scope: 'workspace', text: 'Ours alone.' });
    const foreign = await api.keyOf('owner', { foreign: true });
    const list = await api.ask<{ items: Memory[] }>('GET', 'memories', { key: foreign });
    expect(list.body.items).toEqual([]);
    expect((await api.problem('DELETE', `memories/${body.id}`, { key: foreign })).status).toBe(404);
  });

  test('bad input is answered with the place of each fault, and nothing is kept', async () => {
    const before = await api.count('memories');
    const { status, body } = await api.problem('POST', 'memories', {
      body: { scope: 'all', text: ' ', confidence: 2, expiresAt: 'soon', extra: 1 },
    });
    expect(status).toBe(422);
    expect(body.problems?.map(({ pointer }) => pointer).sort()).toEqual([
      '/confidence',
      '/expiresAt',
      '/extra',
      '/scope',
      '/text',
    ]);
    const over = await api.problem('POST', 'memories', {
      body: { scope: 'workspace', text: 'Past.', expiresAt: '2020-01-01T00:00:00Z' },
    });
    expect(over.body.problems).toMatchObject([{ pointer: '/expiresAt', code: 'in_the_past' }]);
    const viewer = await api.keyOf('viewer');
    expect(
      (await api.problem('POST', 'memories', { body: { scope: 'workspace', text: 'x' }, key: viewer }))
        .status,
    ).toBe(403);
    expect(await api.count('memories')).toBe(before);
  });
});
