import { beforeAll, describe, expect, test } from '@jest/globals';
import type { OpenCredential } from '../../src/tools/credential.ts';
import { createHttpRequest } from '../../src/tools/http-request.ts';
import { outsideContext, publicNetwork, serve, type TestServer } from './support/outside.ts';

const secret = 'sk/live+0123456789=abc';
const credential: OpenCredential = {
  name: 'shop',
  secret,
  hosts: ['shop.example', '*.shops.example'],
  placement: { as: 'bearer' },
};

let server: TestServer;
beforeAll(async () => {
  // It answers with all that it was sent, as servers do in their errors.
  server = await serve((request, response) => {
    const seen = server.seen.at(-1);
    if (request.url === '/away')
      response.writeHead(302, { location: `/back?echo=${encodeURIComponent(secret)}` }).end();
    else if (request.url === '/hangs-up') response.destroy();
    else if (request.url === '/broken')
      response.writeHead(500, { 'content-type': 'text/plain' }).end('It broke.');
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(seen));
  });
});

const toolWith = (placement: OpenCredential['placement'], allowsPlain = true) =>
  createHttpRequest({
    network: publicNetwork(),
    credentialOf: async (_workspace, name) =>
      name === 'shop' ? { ...credential, placement } : { problem: `There is no credential "${name}".` },
    allowsPlain: () => allowsPlain,
  });
const tool = () => toolWith({ as: 'bearer' });
const call = (args: Record<string, unknown>, with_ = tool(), key = 'tsk_1/1/1/0') =>
  with_.run(outsideContext({ key }), args);

describe('http_request', () => {
  test('sends what it is told and gives back status, headers and body, for models and for programs', async () => {
    const answer = await call({
      method: 'POST',
      url: server.at('/orders?n=1'),
      headers: { 'X-Trace': 'abc' },
      body: '{"item": 7}',
    });
    expect(server.seen.at(-1)).toMatchObject({
      method: 'POST',
      url: '/orders?n=1',
      body: '{"item": 7}',
      headers: { 'x-trace': 'abc', 'content-type': 'application/json' },
    });
    expect(answer.text).toMatch(/^Status: 200\ncontent-type: application\/json\n\n\{/);
    expect(answer.data).toMatchObject({ status: 200, body: { method: 'POST' } });
  });

  test.each([
    ['GET', 'medium', 'none'],
    ['HEAD', 'medium', 'none'],
    ['PUT', 'high', 'keyed'],
    ['DELETE', 'high', 'keyed'],
    ['POST', 'high', 'at_most_once'],
    ['PATCH', 'high', 'at_most_once'],
  ])('%s is of risk %s, and its effect is %s', (method, risk, effect) => {
    expect(tool().judge?.({ method, url: 'https://shop.example/' })).toEqual({ risk, effect });
    expect(tool().destination?.({ method, url: 'https://shop.example/x' })).toBe('shop.example');
  });

  test('tries of one call carry one idempotency key, other calls another', async () => {
    const keys: unknown[] = [];
    for (const key of ['a/1/1/0', 'a/1/1/0', 'a/1/1/1']) {
      await call({ method: 'POST', url: server.at('/') }, tool(), key);
      keys.push(server.seen.at(-1)?.headers['idempotency-key']);
    }
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
    await call({ method: 'GET', url: server.at('/') });
    expect(server.seen.at(-1)?.headers['idempotency-key']).toBeUndefined();
  });

  test('an error of the server and a redirect are answers; a redirect is not followed', async () => {
    expect(await call({ method: 'GET', url: server.at('/broken') })).toMatchObject({
      isError: true,
      text: expect.stringContaining('It broke.'),
    });
    const asked = server.seen.length;
    expect((await call({ method: 'GET', url: server.at('/away') })).text).toContain('location: /back');
    expect(server.seen.length).toBe(asked + 1);
  });

  test.each(['GET', 'PUT', 'DELETE'])(
    '%s that broke off is told to the model, which may try again',
    async (method) => {
      expect(await call({ method, url: server.at('/hangs-up') })).toMatchObject({
        isError: true,
        text: expect.stringContaining('cannot be reached'),
      });
    },
  );

  test.each(['POST', 'PATCH'])(
    '%s that broke off is no answer: nobody knows whether it happened',
    async (method) => {
      await expect(call({ method, url: server.at('/hangs-up') })).rejects.toThrow('cannot be reached');
      const never = await call({ method, url: 'http://pages.example:59999/' });
      expect(never).toMatchObject({ isError: true, text: expect.stringContaining('ECONNREFUSED') });
    },
  );

  test('headers that are not the model’s are refused, all at once, and nothing is sent', async () => {
    const asked = server.seen.length;
    const { text, isError } = await call({
      method: 'GET',
      url: server.at('/'),
      headers: { Host: 'x', Authorization: 'Bearer stolen', 'bad name': 'x', Fine: 'a\r\nInjected: 1' },
      body: 'x',
    });
    expect(isError).toBe(true);
    for (const word of ['Host', 'Authorization', 'bad name', 'Fine', 'GET has no body'])
      expect(text).toContain(word);
    expect(server.seen.length).toBe(asked);
  });
});

describe('a credential', () => {
  test.each<[OpenCredential['placement'], (seen: TestServer['seen'][0]) => unknown, string]>([
    [{ as: 'bearer' }, ({ headers }) => headers.authorization, `Bearer ${secret}`],
    [
      { as: 'basic', user: 'me' },
      ({ headers }) => headers.authorization,
      `Basic ${Buffer.from(`me:${secret}`).toString('base64')}`,
    ],
    [{ as: 'header', header: 'X-Api-Key' }, ({ headers }) => headers['x-api-key'], secret],
    [
      { as: 'query', parameter: 'key' },
      ({ url }) => new URL(url, 'http://x').searchParams.get('key'),
      secret,
    ],
  ])('goes where it is to go (%j), and no form of it comes back', async (placement, read, expected) => {
    const answer = await call(
      { method: 'POST', url: server.at('/echo', 'shop.example'), credential: 'shop', body: `"${secret}"` },
      toolWith(placement),
    );
    const seen = server.seen.at(-1) as TestServer['seen'][0];
    expect(read(seen)).toBe(expected);
    const shown = JSON.stringify(answer);
    expect(shown).toContain('[secret shop]');
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(`me:${secret}`).toString('base64')])
      expect(shown).not.toContain(form);
  });

  test('is taken out of the headers of an answer too', async () => {
    const answer = await call({ method: 'GET', url: server.at('/away', 'shop.example'), credential: 'shop' });
    expect(answer.text).toContain('location: /back?echo=[secret shop]');
  });

  test.each([
    ['evil.example', 'is for shop.example, *.shops.example, not for evil.example'],
    ['shops.example', 'not for shops.example'],
    ['shop.example.evil.example', 'not for'],
  ])('goes to no other host: %s', async (host, why) => {
    const asked = server.seen.length;
    const answer = await call({ method: 'GET', url: server.at('/', host), credential: 'shop' });
    expect(answer).toMatchObject({ isError: true, text: expect.stringContaining(why) });
    expect(server.seen.length).toBe(asked);
  });

  test('goes to hosts below a name that was allowed with a star', async () => {
    await call({ method: 'GET', url: server.at('/', 'eu.shops.example'), credential: 'shop' });
    expect(server.seen.at(-1)?.headers.authorization).toBe(`Bearer ${secret}`);
  });

  test('goes over https only', async () => {
    const answer = await call(
      { method: 'GET', url: server.at('/', 'shop.example'), credential: 'shop' },
      toolWith({ as: 'bearer' }, false),
    );
    expect(answer).toMatchObject({ isError: true, text: expect.stringContaining('over https only') });
  });

  test('that is not there is told to the model', async () => {
    expect(await call({ method: 'GET', url: server.at('/'), credential: 'other' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('There is no credential "other"'),
    });
  });
});
