/**
 * Whoever was asked to search the web did not: the same once more, or the next one, as with model calls.
 *
 * 1. What is asked again at the same model is so until it is enough: then the breaker of that model opens.
 * 2. What is not asked again, because it may have been paid for, opens the breaker at once when nobody answered.
 * 3. Whoever did not search is noted with the call, and its next claim asks somebody else.
 */
import type { WhatFollows } from '../../core/unsearched.ts';
import { addToInput, settleEffect } from '../effect-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { ToolRequest } from './ask-approval.ts';
import { type GiveUpPlace, givesUp, noteOutage } from './give-up.ts';
import { clean } from './storable-outcome.ts';
import { failedOf } from './who-searches.ts';
import { headOf } from '../../core/context/clip.ts';

export interface Unsearched extends WhatFollows {
  as: 'unsearched';
  why: string;
}

/** @returns whether the same is asked once more, after a while */
export async function searchFailed(
  place: GiveUpPlace,
  effect: EffectRow,
  { again, outage, whole, ...said }: Unsearched,
): Promise<boolean> {
  const why = clean(said.why);
  const { tx, task } = place;
  const { search, service } = effect.request as ToolRequest;
  const paid = service ? undefined : search;
  const unanswered = { request: paid, reason: why, retryAfterMs: outage?.retryAfterMs ?? null };
  const once = again && outage !== null && !(await givesUp(place, effect.key, unanswered));
  if (!once) {
    if (!again && outage && paid) await noteOutage(place, unanswered);
    const by = service?.name ?? paid?.provider ?? effect.purpose;
    const failed = [...failedOf(effect), { by, model: paid?.model ?? null, why: headOf(why, 500), whole }];
    await addToInput(tx, effect.key, { failed });
  }
  await settleEffect(tx, effect.key, {
    status: task.cancelRequestedAt ? 'abandoned' : 'planned',
    error: { code: 'unavailable', message: why },
  });
  return once;
}
