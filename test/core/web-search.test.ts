import { describe, expect, test } from '@jest/globals';
import type { ModelCandidate } from '../../src/core/route-model.ts';
import { planSearch, type SearchNeeds } from '../../src/core/web-search.ts';

const offer = { price: { usdPerThousand: 10, asOf: '2026-11-01', checked: false }, promptTokens: 30_000 };
const model = (name: string, more: Partial<ModelCandidate> = {}): ModelCandidate => {
  const [provider = '', id = ''] = name.split('/');
  return { provider, id, aliases: [], fit: ['write'], contextTokens: 100_000, ...more };
};
const models = [
  model('anthropic/large'),
  model('anthropic/small', { webSearch: offer }),
  model('openai/tiny', { webSearch: offer, account: 'wsp_1' }),
  model('openai/mini', { webSearch: offer }),
  model('llama/own'),
];
const cost: Record<string, number | null> = { small: 30_000, tiny: 20_000, mini: null };
const plan = (needs: Partial<SearchNeeds> = {}) =>
  planSearch(
    models,
    { query: 'tides & moons', count: 3 },
    {
      by: 'auto',
      outages: [],
      policy: null,
      worst: ({ model: id }) => cost[id] ?? null,
      ...needs,
    },
  );
const chosen = (needs: Partial<SearchNeeds> = {}) => plan(needs)?.request.model ?? null;
const out = (provider: string, id: string, account = 'environment') => {
  return { provider, model: id, account, reason: 'It does not answer.' };
};

describe('a search of the web by a model provider', () => {
  test('asks for one search of exactly the query, with room for what it brings', () => {
    const { request, promptTokens } = plan()!;
    expect(request).toMatchObject({ provider: 'openai', model: 'tiny', searches: 1 });
    expect(request.prompt).toBe('Query: tides & moons\nPages: 3 at most');
    expect(promptTokens).toBeGreaterThan(offer.promptTokens);
  });

  test('is made by the model that costs least at its worst; one without a known price comes last', () => {
    expect(chosen({ by: 'auto' })).toBe('tiny');
    expect(chosen({ outages: [out('openai', 'tiny', 'wsp_1')] })).toBe('small');
    expect(chosen({ outages: [out('openai', 'tiny', 'wsp_1'), out('anthropic', 'small')] })).toBe('mini');
  });

  test('is made by nobody else than the workspace wants', () => {
    expect(chosen({ by: 'anthropic' })).toBe('small');
    expect(chosen({ by: 'openai' })).toBe('tiny');
    expect(chosen({ by: 'brave' })).toBeNull();
  });

  test('goes to no provider of which the agent may use no model', () => {
    const policy = (...allowed: string[]) => ({ policy: { allowed, maxUsdPerCall: null } });
    expect(chosen(policy('anthropic/large'))).toBe('small');
    expect(chosen(policy('large', 'llama'))).toBe('small');
    expect(chosen(policy('llama'))).toBeNull();
    expect(chosen({ policy: { allowed: null, maxUsdPerCall: null } })).toBe('tiny');
  });

  test('keeps the agent’s ceiling for one call', () => {
    const within = (maxUsdPerCall: number) => ({ policy: { allowed: null, maxUsdPerCall } });
    expect(chosen({ by: 'anthropic', ...within(0.02) })).toBeNull();
    expect(chosen({ by: 'anthropic', ...within(0.03) })).toBe('small');
  });
});
