import { describe, expect, test } from '@jest/globals';
import { readLimits } from '../../src/models/read-limits.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const read = (headers: Record<string, string>, status = 200) => readLimits(new Headers(headers), status, now);

describe('what a provider says of its limits', () => {
  test('OpenAI: limits, what is left, and durations in its own way of writing', () => {
    expect(
      read({
        'x-ratelimit-limit-requests': '500',
        'x-ratelimit-remaining-requests': '499',
        'x-ratelimit-reset-requests': '120ms',
        'x-ratelimit-limit-tokens': '30000',
        'x-ratelimit-remaining-tokens': '20000',
        'x-ratelimit-reset-tokens': '6m1.5s',
      }),
    ).toEqual({
      requests: { limit: 500, remaining: 499, resetMs: 120 },
      tokens: { limit: 30_000, remaining: 20_000, resetMs: 361_500 },
    });
  });

  test('Anthropic: limits with the time at which all is there again; input tokens where no sum is given', () => {
    expect(
      read({
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': '2026-11-22T12:00:30Z',
        'anthropic-ratelimit-input-tokens-limit': '40000',
        'anthropic-ratelimit-input-tokens-remaining': '39000',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-22T11:59:00Z',
      }),
    ).toEqual({
      requests: { limit: 50, remaining: 0, resetMs: 30_000 },
      tokens: { limit: 40_000, remaining: 39_000, resetMs: 0 },
    });
  });

  test('a 429 that names a time asks to be left alone; another answer does not', () => {
    expect(read({ 'retry-after': '7' }, 429)).toEqual({ blockedMs: 7000 });
    expect(read({ 'retry-after-ms': '250' }, 429)).toEqual({ blockedMs: 250 });
    expect(read({ 'retry-after': '7' }, 500)).toEqual({});
    expect(read({}, 429)).toEqual({});
  });

  test('what makes no sense is not there', () => {
    for (const [limit, remaining] of [
      ['0', '0'],
      ['many', '3'],
      ['-5', '3'],
      ['5', ''],
    ] as const) {
      const { requests } = read({
        'x-ratelimit-limit-requests': limit,
        'x-ratelimit-remaining-requests': remaining,
        'x-ratelimit-reset-requests': 'soon',
      });
      expect(requests === undefined || requests.remaining === 0).toBe(true);
    }
    expect(read({ 'x-ratelimit-limit-tokens': '10', 'x-ratelimit-remaining-tokens': '99' }).tokens).toEqual({
      limit: 10,
      remaining: 10,
      resetMs: null,
    });
  });
});
