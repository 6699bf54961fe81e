/** Tool calls whose answer somebody else gives: while one is open the task waits, without a slot. */
import type { TaskMove, TaskSnapshot } from './snapshot.ts';

/** Null when no call waits. The first says what the task waits for; it looks again when the earliest is over, or has to remind. */
export function aroundWaitingTools({ effects }: TaskSnapshot): TaskMove | null {
  const granted = effects.filter(({ status, waits: why }) => status === 'waiting' && why?.granted);
  if (granted.length > 0) return { move: 'again', keys: granted.map(({ key }) => key) };
  const waits = effects.flatMap(({ status, waits: why }) => (status === 'waiting' && why ? [why] : []));
  const [first] = waits;
  if (!first) return null;
  const more = waits.length > 1 ? ` (and ${waits.length - 1} more)` : '';
  return {
    move: 'wait',
    for: first.for,
    detail: first.detail + more,
    on: waits.flatMap(({ on }) => on),
    until: firstEnd(effects),
  };
}

/** When the first of them is over, or has to remind, whatever else the task waits for meanwhile. */
export function firstEnd(effects: TaskSnapshot['effects']): Date | null {
  const ends = effects.flatMap(({ status, waits: why }) =>
    status === 'waiting' && why && !why.granted
      ? [why.until, why.remindAt].flatMap((time) => (time ? [Date.parse(time)] : []))
      : [],
  );
  return ends.length > 0 ? new Date(Math.min(...ends)) : null;
}
