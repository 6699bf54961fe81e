/** Around purses without room: the call is parked, its task waits without a slot, and goes on with the same call when there is room. */
import { type Purse, type Shortage, shortageOf } from '../budget/escrow.ts';
import { sayShortage } from '../budget/words.ts';
import type { TaskMove, TaskSnapshot } from './snapshot.ts';

/** Among what a task waits on: nothing but a person, or a new day, helps. */
export const untilToppedUp = 'top-up';

/** What becomes of a call that was parked; null when there is none. */
export function aroundBudget({ effects, purses = [] }: TaskSnapshot): TaskMove | null {
  const parked = effects.find(({ status }) => status === 'parked');
  if (!parked) return null;
  const needs = parked.needs ?? { microUsd: 0, tokens: 0 };
  const short = shortageOf(purses, needs);
  if (!short) return { move: 'again', keys: [parked.key] };
  const tight = purses.filter((purse) => shortageOf([purse], needs));
  return { move: 'wait', for: 'budget', detail: sayShortage(short), on: waitsOn(tight, short), short };
}

/** Only those without room: who waits for a goal's own money stands in nobody's way who waits for the workspace's. */
function waitsOn(tight: readonly Purse[], { why }: Shortage): string[] {
  const ids = tight.map(({ id }) => id);
  return why === 'busy' ? ids : [...ids, untilToppedUp];
}
