/**
 * What a goal is going to cost, from what finished goals cost. Pure.
 *
 * 1. Goals in like words say more than others: with enough of them, they alone count.
 * 2. Without history nothing is guessed: the figures are null, and the words say so.
 * 3. Few goals make a wide range: below five, half of the least to twice the most.
 */
import type { Forecast, ForecastRange } from '../../contracts/forecast.ts';
import { dollars } from './words.ts';

/** A finished goal with everything below it. */
export interface PastGoal {
  /** Null: a model whose price nobody knows took part. */
  microUsd: number | null;
  tokens: number;
  ms: number;
  /** How like its words are to those of the new goal: 0 to 1. */
  likeness: number;
}

export interface GoalLimits {
  microUsd: number | null;
  tokens: number | null;
}

/** From here on two goals count as similar; trigrams of two random goals share some 0.1. */
const alike = 0.35;
const enoughSimilar = 3;
const fewGoals = 5;

export function forecastGoal(
  history: readonly PastGoal[],
  { limits, who }: { limits: GoalLimits; who: string },
): Forecast {
  const similar = history.filter(({ likeness }) => likeness >= alike);
  const used = similar.length >= enoughSimilar ? similar : history;
  const kind = used.length === 0 ? 'none' : used === similar ? 'similar' : 'all';
  const money = used.map(({ microUsd }) => microUsd);
  const usd = money.includes(null) ? null : rangeOf(money as number[]);
  const tokens = rangeOf(used.map((goal) => goal.tokens));
  return {
    usd: usd && scaled(usd, 1e-6),
    tokens: tokens && rounded(tokens),
    seconds: scaled(rangeOf(used.map(({ ms }) => ms)), 1e-3),
    basis: { kind, goals: used.length, text: basisText(kind, used.length, { all: history.length, who }) },
    limit: { usd: limits.microUsd === null ? null : limits.microUsd / 1e6, tokens: limits.tokens },
    warning: warningOf({ usd, tokens }, limits),
  };
}

function rangeOf(values: readonly number[]): ForecastRange | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((one, other) => one - other);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  const few = sorted.length < fewGoals;
  return {
    low: few ? at(0) / 2 : at(0.1),
    likely: at(0.5),
    high: few ? (sorted.at(-1) ?? 0) * 2 : at(0.9),
  };
}

function scaled(range: ForecastRange, by: number): ForecastRange;
function scaled(range: ForecastRange | null, by: number): ForecastRange | null;
function scaled(range: ForecastRange | null, by: number): ForecastRange | null {
  // Six digits: a micro-dollar, a thousandth of a second and less.
  const step = (value: number) => Math.round(value * by * 1e6) / 1e6;
  return range && { low: step(range.low), likely: step(range.likely), high: step(range.high) };
}

function rounded({ low, likely, high }: ForecastRange): ForecastRange {
  return { low: Math.floor(low), likely: Math.round(likely), high: Math.ceil(high) };
}

function basisText(
  kind: Forecast['basis']['kind'],
  goals: number,
  { all, who }: { all: number; who: string },
): string {
  if (kind === 'none')
    return `There is no history yet: no goal of ${who} had been completed here, so there is no forecast.`;
  if (kind === 'similar')
    return `From ${goals} of the last ${all} goals of ${who} that are in similar words.`;
  const few = goals < fewGoals ? ' That is little to go by, so the range is wide.' : '';
  if (goals === 1) return `From the only completed goal of ${who}.${few}`;
  const others = goals < enoughSimilar ? '' : ', since too few are in similar words';
  return `From the last ${goals} completed goals of ${who}${others}.${few}`;
}

function warningOf(
  { usd, tokens }: { usd: ForecastRange | null; tokens: ForecastRange | null },
  limits: GoalLimits,
): string | null {
  const money = usd && limits.microUsd !== null && usd.high > limits.microUsd;
  if (money)
    return `It may cost up to ${dollars(Math.ceil(usd.high / 100) * 100)}, its budget is ${dollars(limits.microUsd ?? 0)}. It would wait there for a top-up.`;
  if (tokens && limits.tokens !== null && tokens.high > limits.tokens)
    return `It may take up to ${Math.ceil(tokens.high).toLocaleString('en-US')} tokens, its budget is ${limits.tokens.toLocaleString('en-US')}. It would wait there for a top-up.`;
  return null;
}
