import { describe, expect, test } from '@jest/globals';
import type { ModelCandidate } from '../../src/core/route-model.ts';
import { describeSearchers, type SearchersFacts } from '../../src/core/searchers.ts';

const offer = { price: { usdPerThousand: 10, asOf: '2026-11-01', checked: false }, promptTokens: 30_000 };
const model = (provider: string, id: string, more: Partial<ModelCandidate> = {}): ModelCandidate => {
  return { provider, id, aliases: [], fit: ['write'], contextTokens: 100_000, webSearch: offer, ...more };
};
const cost: Record<string, number> = { luna: 20_000, haiku: 10_000 };
const shown = (facts: Partial<SearchersFacts> = {}) =>
  describeSearchers({
    by: 'auto',
    models: [model('openai', 'luna', { account: 'wsp_1' }), model('anthropic', 'haiku')],
    outages: [],
    services: [{ name: 'brave', source: 'stored', problem: null }],
    worst: ({ model: id }) => cost[id] ?? null,
    ...facts,
  });
const order = (facts: Partial<SearchersFacts> = {}) =>
  shown(facts).flatMap(({ name, place }) => (place === null ? [] : [name]));
const named = (name: string, facts: Partial<SearchersFacts> = {}) =>
  shown(facts).find((each) => each.name === name);

describe('everybody who can search the web', () => {
  test('stands in the order in which they are asked: the cheapest provider first, then services, then those that are not asked', () => {
    expect(order()).toEqual(['anthropic', 'openai', 'brave']);
    expect(shown().map(({ name, place }) => [name, place])).toEqual([
      ...[
        ['anthropic', 1],
        ['openai', 2],
        ['brave', 3],
      ],
      ...[
        ['tavily', null],
        ['searxng', null],
      ],
    ]);
    expect(order({ by: ['brave', 'searxng', 'openai'] })).toEqual(['brave', 'searxng', 'openai']);
    expect(order({ by: 'tavily' })).toEqual(['tavily']);
  });

  test('says where its key comes from and what it searches with', () => {
    expect(named('openai')).toMatchObject({
      ...{ ready: true, problem: null, source: 'stored' },
      models: [{ id: 'luna', usdPerThousand: 10 }],
    });
    expect(named('anthropic')).toMatchObject({ ready: true, source: 'environment' });
    expect(named('brave')).toMatchObject({ ready: true, source: 'stored', models: [] });
  });

  test('says why it could not be asked now', () => {
    expect(named('openai', { models: [] })).toMatchObject({
      ready: false,
      source: null,
      problem: 'It has no key here.',
    });
    expect(
      named('openai', { models: [{ ...model('openai', 'own'), webSearch: undefined } as never] }),
    ).toMatchObject({
      ...{ ready: false, source: 'environment', problem: 'None of its models here searches the web.' },
    });
    const outage = { account: 'wsp_1', provider: 'openai', model: 'luna', reason: '503 Come later.' };
    expect(named('openai', { outages: [outage] })).toMatchObject({
      ready: false,
      problem: 'Out of service: 503 Come later.',
    });
    // Under another key: not this one.
    expect(named('openai', { outages: [{ ...outage, account: 'environment' }] })).toMatchObject({
      ready: true,
    });
    expect(named('searxng')).toMatchObject({ ready: false, problem: expect.stringContaining('SEARXNG_URL') });
    const problem = 'Its credential cannot be read.';
    expect(named('brave', { services: [{ name: 'brave', source: 'stored', problem }] })).toMatchObject({
      ready: false,
      problem,
    });
  });
});
