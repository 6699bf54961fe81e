import { describe, expect, test } from '@jest/globals';
import type { ModelCandidate } from '../../src/core/route-model.ts';
import { afterSearch, type SearchSeen, type WhatFollows } from '../../src/core/unsearched.ts';
import { nextSearch, type SearchFailure, type SearchNeeds } from '../../src/core/web-search.ts';

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
const next = (needs: Partial<SearchNeeds> = {}) =>
  nextSearch(
    models,
    { query: 'tides & moons', count: 3 },
    {
      by: 'auto',
      services: [],
      outages: [],
      policy: null,
      failed: [],
      worst: ({ model: id }) => cost[id] ?? null,
      ...needs,
    },
  );
/** The model or the service that is asked next; null: nobody. */
const chosen = (needs: Partial<SearchNeeds> = {}) => {
  const asked = next(needs);
  return asked.by === 'model' ? asked.request.model : asked.by === 'service' ? asked.service : null;
};
const why = (needs: Partial<SearchNeeds> = {}) => {
  const asked = next(needs);
  return asked.by === 'nobody' ? asked.why : null;
};
const out = (provider: string, id: string, account = 'environment') => {
  return { provider, model: id, account, reason: 'It does not answer.' };
};

describe('a search of the web by a model provider', () => {
  test('asks for one search of exactly the query, with room for what it brings', () => {
    const asked = next();
    expect(asked).toMatchObject({
      by: 'model',
      request: { provider: 'openai', model: 'tiny', searches: 1 },
    });
    if (asked.by !== 'model') return;
    expect(asked.request.prompt).toBe('Query: tides & moons\nPages: 3 at most');
    expect(asked.promptTokens).toBeGreaterThan(offer.promptTokens);
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

describe('what follows when somebody did not search', () => {
  const failure = (kind: string, retryable = false, retryAfterMs: number | null = null) => {
    return { kind, retryable, retryAfterMs };
  };
  const nobody = { retryAfterMs: null };

  test.each<[string, SearchSeen, WhatFollows]>([
    [
      'a 5xx, a 429, no connection: the same again, and nobody answered',
      { asked: true, booked: 'failed', failure: failure('overloaded', true, 3000) },
      { again: true, outage: { retryAfterMs: 3000 }, whole: false },
    ],
    [
      'a line that broke, a time-out of the provider, a stall: paid for maybe, so not again there',
      { asked: true, booked: 'unknown', failure: failure('stalled', true) },
      { again: false, outage: nobody, whole: false },
    ],
    [
      'its own time is over: nobody answered',
      { asked: true, booked: null, failure: null },
      { again: false, outage: nobody, whole: false },
    ],
    [
      'its own time is over, and it broke off',
      { asked: true, booked: 'unknown', failure: failure('aborted') },
      { again: false, outage: nobody, whole: false },
    ],
    [
      'an answer without sense is no outage',
      { asked: true, booked: 'unknown', failure: failure('malformed', true) },
      { again: false, outage: null, whole: false },
    ],
    [
      'a key that does not work, a spent quota: nothing else of that provider',
      { asked: true, booked: 'failed', failure: failure('auth') },
      { again: false, outage: null, whole: true },
    ],
    [
      'a model that is gone: another one may do',
      { asked: true, booked: 'failed', failure: failure('bad_request') },
      { again: false, outage: null, whole: false },
    ],
    [
      'an answer that says that the search failed: nothing else of that provider',
      { asked: true, booked: 'ok', failure: null },
      { again: false, outage: null, whole: true },
    ],
    [
      'a provider that offers no search here was never asked',
      { asked: false, booked: null, failure: null },
      { again: false, outage: null, whole: true },
    ],
  ])('%s', (_what, seen, follows) => {
    expect(afterSearch(seen)).toEqual(follows);
  });
});

describe('who searches when somebody did not', () => {
  const services = ['brave', 'searxng'] as const;
  const failed = (by: string, more: Partial<SearchFailure> = {}): SearchFailure => {
    return { by, model: null, why: 'It failed.', whole: false, ...more };
  };
  /** Everybody who is asked, one after the other, when none of them searches. */
  const rounds = (needs: Partial<SearchNeeds>, whole = false): string[] => {
    const tried: SearchFailure[] = [];
    for (;;) {
      const asked = next({ ...needs, failed: tried });
      if (asked.by === 'nobody') return tried.map(({ by, model }) => model ?? by);
      const at = asked.by === 'model' ? { by: asked.request.provider, model: asked.request.model } : null;
      tried.push({
        ...failed(''),
        ...(at ?? { by: asked.by === 'service' ? asked.service : '', model: null }),
        whole,
      });
    }
  };

  test('is the next provider, then the services, then other models of those that failed', () => {
    expect(rounds({ services })).toEqual(['tiny', 'small', 'brave', 'searxng', 'mini']);
  });

  test('is no other model of a provider whose key does not work', () => {
    expect(rounds({ services }, true)).toEqual(['tiny', 'small', 'brave', 'searxng']);
  });

  test('keeps to the workspace’s order, and to those that it names', () => {
    expect(rounds({ services, by: ['searxng', 'openai'] }, true)).toEqual(['searxng', 'tiny']);
    expect(rounds({ services, by: ['anthropic', 'brave'] }, true)).toEqual(['small', 'brave']);
    expect(rounds({ services, by: 'openai' })).toEqual(['tiny', 'mini']);
    expect(rounds({ services: [], by: 'brave' })).toEqual([]);
  });

  test('passes over a model that is out of service: its provider’s other models come last', () => {
    const outages = [out('openai', 'tiny', 'wsp_1')];
    expect(rounds({ services, outages }, true)).toEqual(['small', 'brave', 'searxng', 'mini']);
  });

  test('says in the reason who was asked before', () => {
    const asked = next({ failed: [failed('openai', { model: 'tiny', why: '401 Bad key.', whole: true })] });
    expect(asked).toMatchObject({
      request: {
        reason:
          'anthropic/small searches the web for the least money. Asked before: OpenAI (tiny): 401 Bad key.',
      },
    });
  });

  test('tells who was asked and who was not, and why, when nobody is left', () => {
    const words = why({
      services: ['brave'],
      outages: [out('anthropic', 'small')],
      failed: [
        failed('openai', { model: 'tiny', why: '401 Bad key.', whole: true }),
        failed('brave', { why: 'It answered 429: slow down' }),
      ],
    });
    expect(words).toBe(
      'It did not work. OpenAI (tiny): 401 Bad key; Brave: It answered 429: slow down. Not asked: anthropic/small: out of service: It does not answer. Without a search go by addresses that you know, with fetch_url.',
    );
    expect(why({ policy: { allowed: ['llama'], maxUsdPerCall: null } })).toMatch(
      /^Nobody can search the web now\. Not asked: .*the agent may use no model of this provider/,
    );
  });

  test('tells how to set one up where there is none, and whom the workspace wants alone', () => {
    expect(nextSearch([], { query: 'tides', count: 1 }, { ...needsOfNobody, by: 'auto' })).toMatchObject({
      why: expect.stringMatching(/^No web search is set up here\. An owner can enter/),
    });
    expect(why({ by: ['brave', 'tavily'] })).toMatch(
      /^No web search is set up here that this workspace wants \(Brave, Tavily\)\./,
    );
  });
});

const needsOfNobody: Omit<SearchNeeds, 'by'> = {
  ...{ services: [], outages: [], policy: null, failed: [] },
  worst: () => null,
};
