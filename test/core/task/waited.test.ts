import { describe, expect, test } from '@jest/globals';
import type { WaitingFor } from '../../../src/contracts/status.ts';
import { waitedMs } from '../../../src/core/task/waited.ts';

const at = (second: number) => new Date(1_800_000_000_000 + second * 1000);
const change = (second: number, kind: WaitingFor | null) => ({ at: at(second), for: kind });
const span = (from: number, to: number | null) => ({
  startedAt: at(from),
  endedAt: to === null ? null : at(to),
});

describe('what an attempt waited', () => {
  test('is what passed between waiting and going on, of every wait', () => {
    const changes = [
      change(10, 'approval'),
      change(40, null),
      change(50, 'person'),
      change(55, 'budget'),
      change(60, null),
    ];
    expect(waitedMs(span(0, 100), changes, null)).toBe(40_000);
  });

  test('ends with the attempt, and begins with it', () => {
    const changes = [change(0, 'capacity'), change(20, null), change(80, 'person')];
    expect(waitedMs(span(10, 90), changes, null)).toBe(20_000);
    expect(waitedMs(span(200, null), changes, at(80))).toBe(0);
  });

  test('leaves out the wait under way, also one whose reason changed meanwhile', () => {
    const changes = [change(10, 'approval'), change(20, null), change(30, 'outage'), change(35, 'outage')];
    expect(waitedMs(span(0, null), changes, at(30))).toBe(10_000);
  });

  test('is not the time in which what is below it works', () => {
    expect(waitedMs(span(0, 100), [change(10, 'children'), change(90, null)], null)).toBe(0);
  });
});
