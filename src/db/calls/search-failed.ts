/**
 * Whoever was asked to search the web did not: the same once more, or the next one, as with model calls.
 *
 * 1. What may pass and cost nothing for certain is asked again at the same model, until it is enough: then the breaker of that model opens.
 * 2. What may have been paid for is not asked twice at the same model; when nobody answered, its breaker opens at once.
 * 3. What is final is said at once. Whoever did not search is noted with the call, and its next claim asks somebody else.
 */
import { addToInput, settleEffect } from '../effect-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { ToolRequest } from './ask-approval.ts';
import { type GiveUpPlace, givesUp, noteOutage } from './give-up.ts';
import { failedOf } from './who-searches.ts';

export interface Unsearched {
  as: 'unsearched';
  why: string;
  /** It may pass, and cost nothing for certain. */
  again: boolean;
  /** Nobody answered. */
  outage: { retryAfterMs: number | null } | null;
  /** Other models of this provider need not be asked. */
  whole: boolean;
}

/** @returns whether the same is asked once more, after a while */
export async function searchFailed(
  place: GiveUpPlace,
  effect: EffectRow,
  { why, again, outage, whole }: Unsearched,
): Promise<boolean> {
  const { tx, task } = place;
  const { search, service } = effect.request as ToolRequest;
  const paid = service ? undefined : search;
  const unanswered = { request: paid, reason: why, retryAfterMs: outage?.retryAfterMs ?? null };
  const once = again && outage !== null && !(await givesUp(place, effect.key, unanswered));
  if (!once) {
    if (!again && outage && paid) await noteOutage(place, unanswered);
    const by = service?.name ?? paid?.provider ?? effect.purpose;
    const failed = [...failedOf(effect), { by, model: paid?.model ?? null, why: why.slice(0, 500), whole }];
    await addToInput(tx, effect.key, { failed });
  }
  await settleEffect(tx, effect.key, {
    status: task.cancelRequestedAt ? 'abandoned' : 'planned',
    error: { code: 'unavailable', message: why },
  });
  return once;
}
