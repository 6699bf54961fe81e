/**
 * When a call stops asking a model that does not answer. Retrying is Temporal's; this says when it is enough: the breaker of that model
 * opens, and the call goes to another one or parks.
 */
import { accountOf } from '../../core/route-model.ts';
import { type Breaker, countFailures, openBreaker } from '../providers/provider-health-store.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import type { World } from '../standing/world.ts';
import type { CallRequest } from './call-plan.ts';

/** Tries at one model before it counts as out: with the usual delays, some four seconds. */
const enoughFailures = 4;
/** Who says to come again later than this is out until then. */
const longestWaitMs = 20_000;

export interface GiveUpPlace {
  tx: Tx;
  task: TaskRow;
  world: World;
}

export interface Unanswered {
  /** The call's request; of another shape only in rows of older versions. */
  request: unknown;
  reason: string;
  retryAfterMs: number | null;
}

/** One more try did not answer. @returns whether it was the last at this model */
export async function givesUp(place: GiveUpPlace, key: string, unanswered: Unanswered): Promise<boolean> {
  const breaker = breakerOf(place.world, unanswered.request);
  if (!breaker) return false;
  const { failures, sick } = await countFailures(place.tx, key, breaker);
  const enough = failures >= (sick ? 1 : enoughFailures) || (unanswered.retryAfterMs ?? 0) > longestWaitMs;
  if (enough) await noteOutage(place, unanswered);
  return enough;
}

export async function noteOutage(
  { tx, task, world }: GiveUpPlace,
  { request, reason, retryAfterMs }: Unanswered,
): Promise<void> {
  const breaker = breakerOf(world, request);
  if (breaker) await openBreaker(tx, { ...breaker, reason, retryAfterMs, taskId: task.id });
}

export function breakerOf(world: World, request: unknown): Breaker | null {
  const { provider, model } = (request ?? {}) as Partial<CallRequest>;
  if (provider === undefined || model === undefined) return null;
  const candidate = world.models.find((each) => each.provider === provider);
  return { account: candidate ? accountOf(candidate) : 'environment', provider, model };
}
