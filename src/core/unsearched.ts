/**
 * What follows when somebody who was asked to search the web did not.
 *
 * 1. What may pass and cost nothing for certain is asked again there, as a model call is.
 * 2. What may have been paid for is not: somebody else is asked. When nobody answered, the model is out.
 * 3. What is final sends the search to somebody else at once. Where the key or the search itself is the fault, no other model of that provider
 *    is asked.
 */
export interface WhatFollows {
  again: boolean;
  /** Nobody answered. */
  outage: { retryAfterMs: number | null } | null;
  /** Other models of this provider need not be asked. */
  whole: boolean;
}

/** What is known of a search that brought nothing. */
export interface SearchSeen {
  /** It went out. */
  asked: boolean;
  /** How its try is booked; null: it has not ended, and its time is over. */
  booked: 'ok' | 'failed' | 'aborted' | 'unknown' | null;
  /** As failed calls of models are told apart; null: it answered, and says itself why there is nothing. */
  failure: { kind: string; retryable: boolean; retryAfterMs: number | null } | null;
}

export function afterSearch({ asked, booked, failure }: SearchSeen): WhatFollows {
  // Stopped because its time was over, by us.
  if (asked && (booked === null || failure?.kind === 'aborted'))
    return { again: false, outage: { retryAfterMs: null }, whole: false };
  if (failure === null) return { again: false, outage: null, whole: true };
  const { kind, retryable, retryAfterMs } = failure;
  return {
    again: retryable && booked === 'failed',
    // An answer without sense is the model's fault for this prompt.
    outage: retryable && kind !== 'malformed' ? { retryAfterMs } : null,
    whole: kind === 'auth' || kind === 'quota',
  };
}
