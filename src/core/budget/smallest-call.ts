import { type ModelCandidate, nameOf, routeModel, type TaskClass } from '../route-model.ts';
import type { GoalLimits } from './forecast.ts';

/** Nothing is known of the prompt yet but its length; no text has fewer tokens than this. */
const charactersPerToken = 10;

/** What a request to a model costs at most, as the claim reckons it. */
export type WorstCase = (
  request: { provider: string; model: string; maxOutputTokens: number },
  promptTokens: number,
) => { microUsd: number | null; tokens?: number };

export interface FirstCall {
  class: TaskClass;
  /** At least so much is asked. */
  promptCharacters: number;
  maxOutputTokens: number;
}

export interface TooSmall {
  unit: 'usd' | 'tokens';
  /** What the cheapest first call needs, in micro-dollars or tokens. */
  need: number;
  model: string;
}

/**
 * Whether no model's first call can fit into the budget of a goal, whatever its prompt turns out to be. Null when one may, or when no model is
 * there that could be asked.
 */
export function tooSmallForOneCall(
  models: readonly ModelCandidate[],
  { call, limits, worst }: { call: FirstCall; limits: GoalLimits; worst: WorstCase },
): TooSmall | null {
  const { candidates } = routeModel(models, { class: call.class });
  const needs = models
    .filter((model) => candidates.some((each) => each.provider === model.provider && each.model === model.id))
    .map((model) => ({
      model: nameOf(model),
      ...worst(
        { provider: model.provider, model: model.id, maxOutputTokens: call.maxOutputTokens },
        Math.ceil(call.promptCharacters / charactersPerToken),
      ),
    }));
  const shortOf = (limit: number | null, need: number | undefined | null) =>
    limit !== null && need != null && need > limit;
  const fits = needs.filter(
    ({ microUsd, tokens }) => !shortOf(limits.microUsd, microUsd) && !shortOf(limits.tokens, tokens),
  );
  if (needs.length === 0 || fits.length > 0) return null;
  const [cheapest] = needs.toSorted((one, other) => (one.microUsd ?? 0) - (other.microUsd ?? 0));
  if (!cheapest) return null;
  return shortOf(limits.microUsd, cheapest.microUsd)
    ? { unit: 'usd', need: cheapest.microUsd ?? 0, model: cheapest.model }
    : { unit: 'tokens', need: cheapest.tokens ?? 0, model: cheapest.model };
}
