import { describe, expect, test } from '@jest/globals';
import type { WaitingFor } from '../../../src/contracts/status.ts';
import { type OpenPart, whatHolds } from '../../../src/core/task/what-holds.ts';

const at = (minute: number) => `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000Z`;
const waits = (kind: WaitingFor, minute = 0): OpenPart => ({
  status: 'waiting',
  waiting: { for: kind, detail: `For ${kind}`, since: at(minute) },
});

describe('a goal or a run', () => {
  test('is held by what all of it waits for, whatever that is', () => {
    for (const kind of ['approval', 'person', 'budget', 'model', 'capacity', 'paused', 'time'] as const)
      expect(whatHolds([waits(kind)])).toMatchObject({ for: kind, detail: `For ${kind}` });
  });

  test('is held by nothing while something of it is at work, or is about to begin', () => {
    for (const status of ['in_progress', 'assigned', 'pending'] as const)
      expect(whatHolds([waits('approval'), { status, waiting: null }])).toBeNull();
    expect(whatHolds([])).toBeNull();
  });

  test('names of several reasons what people can do something about, the oldest first', () => {
    const parts = [waits('time', 1), waits('person', 9), waits('person', 4), waits('outage', 2)];
    expect(whatHolds(parts)).toMatchObject({ for: 'person', since: at(4) });
  });
});
