/** Around a provider's limits: a call that would have to wait long for its turn is parked, and its task holds no slot until the turn has come. */
import type { TaskMove, TaskSnapshot } from './snapshot.ts';

/** What becomes of a call that waits for its turn; null when there is none, or its turn has come. */
export function aroundRateLimit({ effects, now }: TaskSnapshot): TaskMove | null {
  const waiting = effects.find(({ status, notBefore }) => status === 'parked' && notBefore);
  const due = waiting?.notBefore ? new Date(waiting.notBefore) : null;
  if (!due || !now || due <= now) return null;
  const why = waiting?.error?.message ?? 'The provider’s limit is used up.';
  const time = `${due.toISOString().slice(11, 19)} UTC`;
  return { move: 'wait', for: 'time', detail: `${why} The call goes out at ${time}.`, until: due };
}
