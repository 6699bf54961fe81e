import type { ModelCandidate } from '../../core/route-model.ts';

/** What a decision needs besides the record. `now` comes from the Temporal workflow's clock. */
export interface World {
  now: Date;
  models: readonly ModelCandidate[];
  tools: readonly string[];
}
