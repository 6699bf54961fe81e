import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { classifyFailure } from '../../src/models/classify-failure.ts';
import type { ModelProvider } from '../../src/models/port.ts';
import { createModelRegistry } from '../../src/models/registry.ts';
import type { Answer } from '../support/scripted-model-server/script.ts';
import {
  type ScriptedModelServer,
  startScriptedModelServer,
} from '../support/scripted-model-server/server.ts';
import { failureOf, options, providersUnderTest } from './providers.ts';

const tides = {
  title: 'Tides',
  url: 'https://tides.test/about?page=2',
  said: 'High water comes twice a day.',
};
const moon = { title: 'The Moon', url: 'https://moon.test/', said: 'The Moon pulls the water.' };
const plain = { title: 'Sand', url: 'https://sand.test/' };
const usage = {
  inputTokens: 9000,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 120,
  reasoningTokens: 0,
};

const searching = providersUnderTest.filter(({ name }) => /responses|anthropic/.test(name));

describe.each(searching)('a provider’s own web search: $name', ({ name, model, open }) => {
  let server: ScriptedModelServer;
  let provider: ModelProvider;

  beforeEach(async () => {
    server = await startScriptedModelServer({});
    provider = open(server);
  });
  afterEach(async () => {
    await server.close();
  });

  const ask = (answer: Answer, call = {}) => {
    server.plan(answer);
    const request = { model, system: 'Search once.', prompt: 'Query: tides\nPages: 5', maxOutputTokens: 400 };
    return provider.searchWeb!({ ...request, searches: 1 }, options(call));
  };

  test('brings the pages that it cites first, with what it says of them, and each address once', async () => {
    const again = { ...tides, said: 'It is late by 50 minutes each day.' };
    const reply = await ask({ search: { pages: [tides, plain, moon, again] }, usage });
    const bare = name === 'anthropic' ? 'Sand' : 'https://sand.test/';
    expect(reply).toMatchObject({
      pages: [
        { title: 'Tides', url: tides.url, excerpt: `${tides.said} … ${again.said}` },
        { title: 'The Moon', url: moon.url, excerpt: moon.said },
        { title: bare, url: plain.url, excerpt: '' },
      ],
      problem: null,
      usage: { ...usage, searches: 1 },
      usageSource: 'reported',
      requestId: 'req_000001',
      providerModel: model,
    });
    server.assertDone();
  });

  test('is asked for one search and no more, with the key of its call', async () => {
    await ask({ search: { pages: [] } }, { callKey: 'tsk_1/1/2/1', try: 2 });
    const [call] = server.calls();
    expect(call).toMatchObject({ searches: true, system: 'Search once.', maxOutputTokens: 400 });
    expect(call?.body).toMatchObject(
      name === 'anthropic'
        ? { tools: [{ name: 'web_search', max_uses: 1 }] }
        : { tools: [{ type: 'web_search' }], max_tool_calls: 1, tool_choice: 'required', store: false },
    );
    expect(server.journal()[0]).toMatchObject({ callKey: 'tsk_1/1/2/1', try: 2 });
  });

  test('that finds nothing has no pages, and no problem', async () => {
    expect(await ask({ search: { pages: [] } })).toMatchObject({ pages: [], problem: null });
  });

  test.each<[string, Answer, RegExp]>([
    ['fails', { search: { pages: [], fault: 'unavailable' } }, /^The search failed: /],
    ['is refused', { text: 'I cannot look for that.', stop: 'refused' }, /^The model refused to search/],
    ['is not made', { text: 'Twice a day, as everybody knows.' }, /^The model answered without searching\.$/],
  ])('that %s says so, with what it cost all the same', async (_what, answer, why) => {
    const reply = await ask({ ...answer, usage });
    expect(reply).toMatchObject({ pages: [], problem: expect.stringMatching(why), usage });
  });

  test.each<[string, Answer, string]>([
    ['a wrong key', { fault: { kind: 'status', status: 401 } }, 'auth'],
    ['too many requests', { fault: { kind: 'status', status: 429 } }, 'rate_limited'],
    [
      'a stream that is cut',
      { search: { pages: [tides] }, fault: { kind: 'cut', afterBytes: 900 } },
      'network',
    ],
    [
      'broken JSON',
      { search: { pages: [tides] }, fault: { kind: 'malformed', afterEvents: 3 } },
      'malformed',
    ],
  ])('that meets %s fails as a model call does', async (_what, answer, kind) => {
    expect(classifyFailure(await failureOf(ask(answer))).kind).toBe(kind);
  });
});

test('models search the web only where the API that is spoken can', () => {
  const searchers = (config: Parameters<typeof createModelRegistry>[0]) =>
    createModelRegistry(config).entries.flatMap(({ id, webSearch }) => (webSearch ? [id] : []));
  expect(searchers({ openai: { apiKey: 'k' }, anthropic: { apiKey: 'k' } })).toEqual([
    'claude-haiku-5-5',
    'claude-haiku-4-5',
    'gpt-6-luna',
    'gpt-5.4-mini',
  ]);
  expect(searchers({ openai: { apiKey: 'k', baseUrl: 'https://gateway.example/v1' } })).toEqual([]);
  expect(searchers({ llama: { baseUrl: 'http://127.0.0.1:8080/v1' } })).toEqual([]);
});
