import { expect } from '@jest/globals';

const left = { marked: false };

/** Sees that nobody was here before, and leaves what two test files of one worker could tell each other by. */
export function markTheWorker(): void {
  expect(left.marked).toBe(false);
  expect(process.env['ADJUTANT_LEFT_BEHIND']).toBeUndefined();
  expect(process.listeners('SIGHUP')).toEqual([]);
  left.marked = true;
  process.env['ADJUTANT_LEFT_BEHIND'] = 'yes';
  process.on('SIGHUP', () => {});
}
