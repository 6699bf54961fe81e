import { beforeAll, describe, expect, test } from '@jest/globals';
import { braveSearch } from '../../src/tools/search/brave.ts';
import type { SearchService } from '../../src/tools/search/search-service.ts';
import { searxngSearch } from '../../src/tools/search/searxng.ts';
import { tavilySearch } from '../../src/tools/search/tavily.ts';
import { createWebSearch } from '../../src/tools/web-search.ts';
import { outsideContext, publicNetwork, serve, type TestServer } from './support/outside.ts';

const key = 'search-key-0123456789';
const hit = {
  title: 'Tides',
  url: 'https://tides.test/',
  description: 'Twice a day.',
  content: 'Twice a day.',
};
const trap = { ...hit, title: 'Trap', url: 'javascript:alert(1)' };

let server: TestServer;
let answer: (url: string) => { status: number; body: string };
beforeAll(async () => {
  server = await serve((request, response) => {
    const { status, body } = answer(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
});

const services: [string, () => SearchService][] = [
  ['Brave', () => braveSearch(publicNetwork(), { key, url: server.at('/brave') })],
  ['Tavily', () => tavilySearch(publicNetwork(), { key, url: server.at('/tavily') })],
  ['SearXNG', () => searxngSearch(publicNetwork(), { baseUrl: server.at('/searx/') })],
];
const search = (service: SearchService | { problem: string }) =>
  createWebSearch({ given: [], of: async () => service }).run(
    outsideContext({ searchBy: { service: 'brave' } }),
    { query: 'tides & moons' },
  );

describe.each(services)('web_search with %s', (name, open) => {
  test('returns titles, addresses and excerpts of real addresses', async () => {
    answer = () => ({
      status: 200,
      body: JSON.stringify({ results: [hit, trap], web: { results: [hit, trap] } }),
    });
    const found = await search(open());
    expect(found.text).toBe('1. Tides\nhttps://tides.test/\nTwice a day.');
    expect(found.data).toEqual([{ title: 'Tides', url: 'https://tides.test/', snippet: 'Twice a day.' }]);
    const asked = server.seen.at(-1);
    expect(`${decodeURIComponent(asked?.url ?? '').replaceAll('+', ' ')} ${asked?.body}`).toContain(
      'tides & moons',
    );
  });

  test('says that nothing was found', async () => {
    answer = () => ({ status: 200, body: JSON.stringify({ results: [], web: { results: [] } }) });
    expect((await search(open())).text).toContain('Nothing was found');
  });

  test('a service that refuses, or answers something else, is an answer without the key', async () => {
    answer = () => ({ status: 429, body: `{"error": "too many for ${key}"}` });
    const refused = await search(open());
    expect(refused).toMatchObject({ isError: true, text: expect.stringMatching(/^It answered 429: /) });
    if (name !== 'SearXNG') expect(refused.text).not.toContain(key);
    answer = () => ({ status: 200, body: '<html>' });
    expect(await search(open())).toMatchObject({
      isError: true,
      text: expect.stringContaining('something else'),
    });
  });
});

test('a service without a key, or nobody at all, is the bare reason: what comes of it is decided by the record', async () => {
  const problem = 'There is no credential "brave" here.';
  expect(await search({ problem })).toEqual({ text: problem, isError: true });
  const tool = createWebSearch({ given: ['brave'], of: async () => ({ problem }) });
  expect(tool.searchServices).toEqual(['brave']);
  expect(await tool.run(outsideContext(), { query: 'tides' })).toMatchObject({ isError: true });
});
