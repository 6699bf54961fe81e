import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Feed } from '../../src/feed/feed.ts';
import { privateRedis, type PrivateRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { openFeed } from '../temporal/support.ts';

let redis: PrivateRedis;
/** Two workers. */
let one: Feed['limits'];
let other: Feed['limits'];
beforeAll(async () => {
  redis = await privateRedis();
  const feeds = [openFeed(redis.url), openFeed(redis.url)] as const;
  for (const feed of feeds) await feed.ready();
  [one, other] = [feeds[0].limits, feeds[1].limits];
});

let key = '';
let n = 0;
beforeEach(() => {
  key = `environment/openai/model-${(n += 1)}`;
});
let calls = 0;
const wish = (fields: object = {}) => ({
  ticket: `call-${(calls += 1)}`,
  tokens: 100,
  requestsPerMinute: null,
  tokensPerMinute: null,
  ...fields,
});
const about = (ms: number) => [ms - 5000, ms + 100];
const expectAbout = (waitMs: number, ms: number) => {
  const [low = 0, high = 0] = about(ms);
  expect(waitMs).toBeGreaterThan(low);
  expect(waitMs).toBeLessThanOrEqual(high);
};

describe('the limits of a provider', () => {
  test('that nobody knows hold nobody', async () => {
    for (let i = 0; i < 20; i += 1)
      expect(await one.take(key, wish())).toEqual({ waitMs: 0, limitedBy: null });
  });

  test('are shared by all workers: a whole minute’s worth may go at once, then each waits its share', async () => {
    const six = { requestsPerMinute: 6 };
    const turns = [];
    for (let i = 0; i < 9; i += 1) turns.push(await (i % 2 ? one : other).take(key, wish(six)));
    expect(turns.slice(0, 6).map(({ waitMs }) => waitMs)).toEqual([0, 0, 0, 0, 0, 0]);
    for (const [i, turn] of turns.slice(6).entries()) {
      expect(turn.limitedBy).toBe('requests');
      expectAbout(turn.waitMs, 10_000 * (i + 1));
    }
  });

  test('count tokens too, and a call that is larger than the limit goes when all of it is there', async () => {
    const limits = { tokensPerMinute: 1000 };
    expect((await one.take(key, wish({ ...limits, tokens: 800 }))).waitMs).toBe(0);
    const turn = await one.take(key, wish({ ...limits, tokens: 50_000 }));
    expect(turn.limitedBy).toBe('tokens');
    expectAbout(turn.waitMs, 48_000);
  });

  test('keep the place of who waits: asking again neither books nor waits anew', async () => {
    const mine = wish({ requestsPerMinute: 1 });
    await one.take(key, wish({ requestsPerMinute: 1 }));
    const [first, again] = [await one.take(key, mine), await other.take(key, mine)];
    expect(again.waitMs).toBeLessThanOrEqual(first.waitMs);
    const next = await one.take(key, wish({ requestsPerMinute: 1 }));
    expectAbout(next.waitMs, 120_000);
  });

  test('come from its own headers, whichever worker read them', async () => {
    one.learn(key, {
      requests: { limit: 100, remaining: 0, resetMs: 60_000 },
      tokens: { limit: 1e6, remaining: 1e6, resetMs: 0 },
    });
    await waitFor(async () => (await other.take(key, wish())).waitMs > 0, { what: 'the limit to be known' });
    expect(await other.take(key, wish())).toMatchObject({ limitedBy: 'requests' });
  });

  test('a 429 with a time holds everybody until then', async () => {
    one.learn(key, { blockedMs: 30_000 });
    await waitFor(async () => (await other.take(key, wish())).waitMs > 0, { what: 'the block to be known' });
    const turn = await other.take(key, wish());
    expect(turn.limitedBy).toBe('provider');
    expectAbout(turn.waitMs, 30_000);
    expect((await one.take(`${key}-another`, wish())).waitMs).toBe(0);
  });

  test('what a call did not take is there for the next', async () => {
    one.learn(key, { tokens: { limit: 1000, remaining: 1000, resetMs: 0 } });
    await waitFor(async () => (await one.take(key, wish({ tokens: 600 }))).waitMs > 0, {
      what: 'the tokens to be used up',
    });
    one.giveBack(key, 1_000_000);
    expect((await one.take(key, wish({ tokens: 900 }))).waitMs).toBe(0);
  });

  test('without Redis there is no limit, and no error', async () => {
    await one.take(key, wish({ requestsPerMinute: 1 }));
    await redis.kill();
    for (let i = 0; i < 3; i += 1)
      expect(await one.take(key, wish({ requestsPerMinute: 1 }))).toEqual({ waitMs: 0, limitedBy: null });
    one.learn(key, { blockedMs: 1000 });
    one.giveBack(key, 10);
  });
});
