/**
 * A call's turn under its provider's limits. A short wait is waited out here; a long one goes back to the record, so that no worker's slot stands
 * still for it.
 */
import { setTimeout } from 'node:timers/promises';
import type { RateLimits, Turn } from '../src/feed/rate-limits.ts';
import type { Watch } from './job.ts';

/** Whose limit a call counts against. */
interface Limited {
  account: string;
  request: { provider: string; model: string };
}

export interface TurnParts {
  limits: RateLimits;
  watch: Watch;
  claimed: Limited & { key: string; tokens: number };
  /** What people have set for this model. */
  set: { requestsPerMinute?: number | undefined; tokensPerMinute?: number | undefined } | null;
}

const longestHereMs = 2_000;

export const limitKey = ({ account, request }: Limited) => `${account}/${request.provider}/${request.model}`;

/** @returns null: it may go out now; else when it may, and why not before */
export async function awaitTurn({
  limits,
  watch,
  claimed,
  set,
}: TurnParts): Promise<{ until: Date; why: string } | null> {
  const wish = {
    ticket: claimed.key,
    tokens: claimed.tokens,
    requestsPerMinute: set?.requestsPerMinute ?? null,
    tokensPerMinute: set?.tokensPerMinute ?? null,
  };
  let here = 0;
  for (;;) {
    const turn = await limits.take(limitKey(claimed), wish);
    if (turn.waitMs <= 0) return null;
    here += turn.waitMs;
    if (here > longestHereMs || watch.signal.aborted)
      return { until: new Date(watch.now() + turn.waitMs), why: sayWhy(turn, claimed) };
    await setTimeout(turn.waitMs, undefined, { signal: watch.signal }).catch(() => undefined);
  }
}

function sayWhy({ limitedBy }: Turn, { request }: Limited): string {
  const model = `${request.provider}/${request.model}`;
  if (limitedBy === 'requests' || limitedBy === 'tokens')
    return `The limit of ${limitedBy} a minute of ${model} is used up.`;
  return `The provider of ${model} asked to be left alone for a while.`;
}
