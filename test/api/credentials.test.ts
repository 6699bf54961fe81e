import { randomBytes } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Credential } from '../../src/contracts/credential.ts';
import type { WebSearch } from '../../src/contracts/web-search.ts';
import { createSealer } from '../../src/db/seal.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

const secret = 'sk-live-0123456789-Wxyz';
const wish = { name: 'shop', secret, hosts: ['API.shop.example'] };
let api: RunningApi;

beforeAll(async () => {
  api = await runApi({
    providers: {
      sealer: createSealer([randomBytes(32).toString('hex')]),
      environment: [],
      tryKey: async () => ({ ok: true, answered: true, problem: null }),
    },
  });
});
beforeEach(() => api.db.acrossWorkspaces('DELETE FROM credentials'));

const create = () => api.ask<Credential>('POST', 'credentials', { body: wish });

describe('credentials', () => {
  test('are stored encrypted and shown by their last four alone', async () => {
    const { status, body, headers } = await create();
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/v2/credentials/${body.id}`);
    expect(body).toMatchObject({
      name: 'shop',
      hosts: ['api.shop.example'],
      placement: { as: 'bearer' },
      last4: 'Wxyz',
      problem: null,
    });
    const list = await api.ask<{ items: Credential[] }>('GET', 'credentials');
    expect(list.body.items).toEqual([body]);
    const everything = JSON.stringify([
      await api.db.acrossWorkspaces('SELECT * FROM credentials'),
      await api.db.acrossWorkspaces('SELECT * FROM idempotency_keys'),
      api.logs,
      list.body,
    ]);
    expect(everything).not.toContain(secret.slice(0, -4));
  });

  test('where one goes is changed only together with its secret', async () => {
    const { body } = await create();
    const path = `credentials/${body.id}`;
    const refused = await api.problem('PATCH', path, { body: { hosts: ['evil.example'] } });
    expect(refused.status).toBe(422);
    expect(refused.body.problems).toMatchObject([{ pointer: '/secret', code: 'required' }]);
    const changed = await api.ask<Credential>('PATCH', path, {
      body: {
        secret: 'another-secret-1234',
        hosts: ['other.example'],
        placement: { as: 'header', header: 'X-Key' },
      },
    });
    expect(changed.body).toMatchObject({ hosts: ['other.example'], last4: '1234', version: 2 });
    expect((await api.ask('DELETE', path)).status).toBe(204);
    expect((await api.problem('DELETE', path)).status).toBe(404);
  });

  test('bad input is answered with the place of each fault', async () => {
    const { status, body } = await api.problem('POST', 'credentials', {
      body: {
        name: 'Bad Name',
        secret: 'short',
        hosts: ['https://x.example/', 'a b'],
        placement: { as: 'header', header: 'Host' },
        more: 1,
      },
    });
    expect(status).toBe(422);
    expect(body.problems.map(({ pointer }) => pointer).sort()).toEqual(
      ['/hosts/0', '/hosts/1', '/more', '/name', '/placement/header', '/secret'].sort(),
    );
  });

  test('a name is given once', async () => {
    await create();
    expect((await api.problem('POST', 'credentials', { body: wish })).status).toBe(409);
  });

  test('owners write, operators look, and other workspaces see nothing', async () => {
    const { body } = await create();
    const operator = await api.keyOf('operator');
    const viewer = await api.keyOf('viewer');
    const foreign = await api.keyOf('owner', { foreign: true });
    expect((await api.ask('GET', 'credentials', { key: operator })).status).toBe(200);
    expect(
      (await api.problem('POST', 'credentials', { key: operator, body: { ...wish, name: 'b' } })).status,
    ).toBe(403);
    expect((await api.problem('GET', 'credentials', { key: viewer })).status).toBe(403);
    expect((await api.ask<{ items: unknown[] }>('GET', 'credentials', { key: foreign })).body.items).toEqual(
      [],
    );
    expect((await api.problem('DELETE', `credentials/${body.id}`, { key: foreign })).status).toBe(404);
    expect(
      (
        await api.problem('PATCH', `credentials/${body.id}`, {
          key: foreign,
          body: { secret: 'stolen-secret' },
        })
      ).status,
    ).toBe(404);
  });

  test('without a secret of the installation none is stored, and it says so', async () => {
    const bare = await runApi();
    const { status, body } = await bare.problem('POST', 'credentials', { body: wish });
    expect(status).toBe(503);
    expect(body.detail).toContain('SECRET_KEY');
  });
});

describe('who searches the web', () => {
  const order = async () => {
    const { body } = await api.ask<WebSearch>('GET', 'web-search');
    return body.items.flatMap(({ name, place }) => (place === null ? [] : [name]));
  };

  test('is whoever has a key, a credential’s name being enough, in the order that the workspace says', async () => {
    expect(await order()).toEqual([]);
    await api.ask('POST', 'credentials', { body: { ...wish, name: 'brave' } });
    expect(await order()).toEqual(['brave']);
    const filter = encodeURIComponent('name == "brave" || name == "tavily"');
    const keys = await api.ask<{ items: Credential[] }>('GET', `credentials?filter=${filter}`);
    expect(keys.body.items).toMatchObject([{ name: 'brave', last4: 'Wxyz' }]);
    const set = await api.ask<{ webSearch: unknown }>('PATCH', 'workspace', {
      body: { webSearch: ['tavily', 'brave'] },
    });
    expect(set.body.webSearch).toEqual(['tavily', 'brave']);
    const { body } = await api.ask<WebSearch>('GET', 'web-search');
    expect(body).toMatchObject({
      by: ['tavily', 'brave'],
      items: [
        { name: 'tavily', place: 1, ready: false, source: null },
        { name: 'brave', place: 2, ready: true, source: 'stored', problem: null },
        { place: null },
        { place: null },
        { place: null },
      ],
    });
    await api.ask('PATCH', 'workspace', { body: { webSearch: null } });
    expect(await order()).toEqual(['brave']);
  });

  test('is nobody twice, nobody unknown, and not nobody at all: each with its place', async () => {
    for (const webSearch of [['brave', 'brave'], ['bing'], [], 'bing']) {
      const { status, body } = await api.problem('PATCH', 'workspace', { body: { webSearch } });
      expect([status, body.problems?.[0]?.pointer]).toEqual([422, expect.stringMatching(/^\/webSearch/)]);
    }
  });
});
