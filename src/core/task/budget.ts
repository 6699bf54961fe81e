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
  const short = shortageOf(purses, parked.needs ?? { microUsd: 0, tokens: 0 });
  if (!short) return { move: 'again', keys: [parked.key] };
  return { move: 'wait', for: 'budget', detail: sayShortage(short), on: waitsOn(purses, short), short };
}

function waitsOn(purses: readonly Purse[], { why }: Shortage): string[] {
  const ids = purses.map(({ id }) => id);
  return why === 'busy' ? ids : [...ids, untilToppedUp];
}
