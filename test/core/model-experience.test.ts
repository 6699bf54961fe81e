import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CallSample, type Experience, figuresOf, learn } from '../../src/core/model-experience.ts';

const day = 24 * 60 * 60 * 1000;
const good: CallSample = { ok: true, latencyMs: 1000, microUsd: 200 };
const bad: CallSample = { ok: false, latencyMs: 1000, microUsd: 0 };
const after = (samples: CallSample[], from: Experience | null = null, now = 0) =>
  samples.reduce<Experience | null>((known, sample) => learn(known, sample, now), from) as Experience;
const times = (n: number, sample: CallSample) => Array.from({ length: n }, () => sample);

describe('what is known of a model', () => {
  test('begins with a few good calls, so that one failure condemns nobody', () => {
    expect(figuresOf(after([bad])).success).toBeGreaterThan(0.8);
    expect(figuresOf(after(times(50, bad))).success).toBeLessThan(0.2);
  });

  test('fades: after a week a call counts half, and a model that got better is believed', () => {
    const failing = after(times(20, bad));
    const later = learn(failing, good, 7 * day);
    expect(later.calls).toBeCloseTo(11, 5);
    expect(figuresOf(after(times(20, good), failing, 60 * day)).success).toBeGreaterThan(0.94);
  });

  test('keeps the 95th percentile to within half a bucket', () => {
    const known = after([...times(94, good), ...times(6, { ...good, latencyMs: 30_000 })]);
    const { p95Ms } = figuresOf(known);
    expect(p95Ms).toBeGreaterThanOrEqual(30_000);
    expect(p95Ms).toBeLessThanOrEqual(45_000);
    expect(figuresOf(after(times(100, good))).p95Ms).toBeLessThanOrEqual(1500);
  });

  test('knows what a success costs, failures included, and nothing without a price', () => {
    expect(figuresOf(after([good, { ...good, microUsd: 400 }, { ...good, microUsd: null }])).microUsd).toBe(
      300,
    );
    expect(figuresOf(after([good, { ...bad, microUsd: 100 }])).microUsd).toBe(300);
    expect(figuresOf(after([{ ...good, microUsd: null }])).microUsd).toBeNull();
  });

  test('stays sound whatever comes, in whatever order of time', () => {
    const sample = fc.record({
      ok: fc.boolean(),
      latencyMs: fc.nat(3_000_000),
      microUsd: fc.option(fc.nat(10_000_000)),
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(sample, fc.nat(400 * day)), { minLength: 1, maxLength: 60 }),
        (samples) => {
          const known = samples.reduce<Experience | null>(
            (before, [each, at]) => learn(before, each, at),
            null,
          );
          const { success, p95Ms, microUsd, calls } = figuresOf(known as Experience);
          expect(success).toBeGreaterThanOrEqual(0);
          expect(success).toBeLessThanOrEqual(1);
          expect(calls).toBeLessThanOrEqual(samples.length + 1e-6);
          expect(p95Ms === null || p95Ms >= 50).toBe(true);
          expect(microUsd === null || microUsd >= 0).toBe(true);
        },
      ),
    );
  });
});
