/**
 * What is known of a model from its calls in one class of work: how often it succeeds, how long it takes, what it costs. Running figures that
 * fade with time, so that nothing is ever counted by scanning and a model that got better is not held to its past.
 *
 * 1. A sample counts half after `halfLifeMs`, a quarter after twice that.
 * 2. Time is kept as counts in buckets that grow by half: the 95th percentile is right to within half a bucket.
 * 3. Nothing known is not nothing good: success begins with a few good calls that were never made.
 */

export interface Experience {
  /** Calls and successes, faded. */
  calls: number;
  ok: number;
  /** Micro-dollars of all calls, and how many successes with a known price they bought, faded. */
  microUsd: number;
  priced: number;
  /** Faded counts of successful calls by how long they took. */
  times: number[];
  /** As of when, milliseconds since 1970. */
  at: number;
}

export interface CallSample {
  ok: boolean;
  latencyMs: number;
  /** Null: the price is not known. */
  microUsd: number | null;
}

/** What routing looks at. */
export interface LearnedFigures {
  /** 0 to 1, with the prior. */
  success: number;
  p95Ms: number | null;
  microUsd: number | null;
  /** Faded number of calls that it rests on. */
  calls: number;
}

const halfLifeMs = 7 * 24 * 60 * 60 * 1000;
const prior = { calls: 10, ok: 9 };
const firstBucketMs = 50;
const growth = 1.5;
/** The last one holds whatever took longer than some ten minutes. */
const buckets = 25;

const nothing: Experience = { calls: 0, ok: 0, microUsd: 0, priced: 0, times: [], at: 0 };

export function learn(
  before: Experience | null,
  { ok, latencyMs, microUsd }: CallSample,
  now: number,
): Experience {
  const known = faded(before ?? { ...nothing, at: now }, now);
  const times = Array.from({ length: buckets }, (_, i) => known.times[i] ?? 0);
  if (ok) times[bucketOf(latencyMs)] = (times[bucketOf(latencyMs)] ?? 0) + 1;
  return {
    calls: known.calls + 1,
    ok: known.ok + (ok ? 1 : 0),
    microUsd: known.microUsd + (microUsd ?? 0),
    priced: known.priced + (ok && microUsd !== null ? 1 : 0),
    times: times.map(short),
    at: known.at,
  };
}

/** A sample from an earlier moment counts as of now: time never runs backwards in the figures. */
function faded(known: Experience, now: number): Experience {
  const at = Math.max(known.at, now);
  const part = 0.5 ** ((at - known.at) / halfLifeMs);
  return {
    calls: known.calls * part,
    ok: known.ok * part,
    microUsd: known.microUsd * part,
    priced: known.priced * part,
    times: known.times.map((count) => count * part),
    at,
  };
}

export function figuresOf(known: Experience): LearnedFigures {
  return {
    success: (known.ok + prior.ok) / (known.calls + prior.calls),
    p95Ms: percentile(known.times, 0.95),
    microUsd: known.priced > 0 ? Math.round(known.microUsd / known.priced) : null,
    calls: known.calls,
  };
}

function bucketOf(ms: number): number {
  if (ms <= firstBucketMs) return 0;
  return Math.min(buckets - 1, Math.ceil(Math.log(ms / firstBucketMs) / Math.log(growth)));
}

/** The upper end of the bucket in which it lies. */
function percentile(times: readonly number[], part: number): number | null {
  const all = times.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  let below = 0;
  for (const [i, count] of times.entries()) {
    below += count;
    if (below >= part * all - 1e-9) return Math.round(firstBucketMs * growth ** i);
  }
  return Math.round(firstBucketMs * growth ** (buckets - 1));
}

/** Enough digits for counts that fade, few enough for a small row. */
function short(count: number): number {
  return Math.round(count * 1e4) / 1e4;
}
