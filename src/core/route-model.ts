/**
 * Which model does a piece of work. Data in; choice, candidates with scores, and reason out, which are stored and shown to people.
 *
 * 1. Out are those that the agent may not use, that are not fit for the class, or whose window is too small; and, for now, those out of service.
 * 2. Of the rest, models of providers of which something is out come last; then count wishes (to see images, to use tools, to be quick
 *    enough); then the score.
 * 3. The score adds what the agent prefers, else the order in which the candidates are given, to what was learned in this class of work:
 *    success, cost, time. What nobody knows is neither good nor bad, so that without experience preference and order decide alone.
 */
import { modelFitNames, type TokenizerName } from '../contracts/model.ts';
import type { LearnedFigures } from './model-experience.ts';

export const modelFits = modelFitNames;
export type ModelFit = (typeof modelFits)[number];

export const taskClasses = [
  'plan',
  'extract',
  'write',
  'analyse',
  'code',
  'chat',
  'judge',
  'summarise',
  'score',
] as const;
export type TaskClass = (typeof taskClasses)[number];

/** Of a search of the web by a model provider, besides its tokens, in US dollars. */
export interface SearchPrice {
  usdPerThousand: number;
  asOf: string;
  checked: boolean;
}

export interface WebSearchOffer {
  price: SearchPrice;
  /** What one search puts into the prompt, in tokens: more than is usual, since nobody says what it is at most. */
  promptTokens: number;
}

export interface ModelCandidate {
  provider: string;
  id: string;
  aliases: readonly string[];
  fit: readonly ModelFit[];
  contextTokens: number;
  /** Of an answer. Absent: not known. */
  maxOutputTokens?: number;
  /** Counts its prompts. Absent or null: they are estimated. */
  tokenizer?: TokenizerName | null;
  /** Whose key it is called with: a workspace's id; absent: the environment's. */
  account?: string;
  /** Its provider's own web search. Absent: it offers none, or it is not used for that. */
  webSearch?: WebSearchOffer;
}

/** A model that does not answer at the moment, under one account. */
export interface ModelOutage {
  account: string;
  provider: string;
  model: string;
  reason: string;
}

export interface ModelNeeds {
  class: TaskClass;
  /** Beyond what the class itself asks for. */
  needs?: readonly ModelFit[];
  /** Would be good: who has it goes before who has not. */
  wishes?: readonly ModelFit[];
  /** Prompt and answer together must fit into the window, however much of the prompt is cut. */
  contextTokens?: number;
  /** Of the agent's policy: `model`, `provider` or `provider/model`, best first. */
  preferred?: readonly string[];
  /** Of the agent's policy; empty or absent allows all. */
  allowed?: readonly string[];
  /** Of the agent's policy: whose calls mostly take longer goes after the others. */
  maxMs?: number | null;
  outages?: readonly ModelOutage[];
  /** What was learned in this class of work, by `provider/model`. */
  learned?: ReadonlyMap<string, LearnedFigures>;
}

/** One that could do it, with what speaks for it. Parts lie between 0 and 1. */
export interface ScoredModel {
  provider: string;
  model: string;
  score: number;
  parts: { preference: number; success: number; cost: number; speed: number };
  /** Wishes that it does not fulfil. */
  lacks: string[];
}

export interface RouteDecision<Candidate extends ModelCandidate> {
  choice: Candidate | null;
  reason: string;
  /** Those that could do it, the chosen one first. */
  candidates: ScoredModel[];
  /** Why each of the others is out. */
  rejected: { provider: string; model: string; why: string }[];
  /** Those that would do it if they were not out of service. */
  out: ModelOutage[];
}

const fitOfClass: Record<TaskClass, readonly ModelFit[]> = {
  plan: ['plan', 'json'],
  extract: ['write'],
  judge: ['json'],
  write: ['write'],
  analyse: ['write'],
  code: ['write'],
  chat: ['write'],
  summarise: ['write'],
  score: ['score'],
};

/** What each part of the score may add. Preference outweighs the rest together, unless it is for one further down the list. */
const weights = { preference: 0.5, success: 0.3, cost: 0.1, speed: 0.1 };
const unknownFigures = { success: 0.9, neutral: 0.5 };

export function routeModel<Candidate extends ModelCandidate>(
  candidates: readonly Candidate[],
  needs: ModelNeeds,
): RouteDecision<Candidate> {
  const { able, rejected, out } = sift(candidates, needs);
  const ranked = rank(able, { needs, out });
  const [best] = ranked;
  const scored = ranked.map(({ scored: each }) => each);
  if (!best) return { choice: null, reason: noneReason(rejected, needs), candidates: [], rejected, out };
  const reason = reasonOf(best, { ranked, needs, out });
  return { choice: best.candidate, reason: reasonWith(reason, out), candidates: scored, rejected, out };
}

function sift<Candidate extends ModelCandidate>(candidates: readonly Candidate[], needs: ModelNeeds) {
  const rejected: { provider: string; model: string; why: string }[] = [];
  const out: ModelOutage[] = [];
  const able = candidates.filter((candidate) => {
    const why = whyNot(candidate, needs);
    const outage = why === null ? outageOf(candidate, needs.outages ?? []) : null;
    if (outage) out.push(outage);
    const said = outage ? `out of service: ${outage.reason}` : why;
    if (said !== null) rejected.push({ provider: candidate.provider, model: candidate.id, why: said });
    return said === null;
  });
  return { able, rejected, out };
}

function whyNot(candidate: ModelCandidate, needs: ModelNeeds): string | null {
  if (needs.allowed?.length && !needs.allowed.some((name) => isNamedBy(candidate, name)))
    return 'the agent may not use it';
  const missing = [...fitOfClass[needs.class], ...(needs.needs ?? [])].filter(
    (fit) => !candidate.fit.includes(fit),
  );
  if (missing.length > 0) return `not fit to ${[...new Set(missing)].join(', ')}`;
  if (needs.contextTokens !== undefined && candidate.contextTokens < needs.contextTokens) {
    const [has, needed] = [candidate.contextTokens, needs.contextTokens].map((n) =>
      n.toLocaleString('en-US'),
    );
    return `its window of ${has} tokens is too small: this needs ${needed}`;
  }
  return null;
}

interface Ranked<Candidate> {
  candidate: Candidate;
  scored: ScoredModel;
  /** The name by which the agent prefers it. */
  preferredAs: string | null;
  sick: boolean;
  learned: LearnedFigures | null;
  /** Its place in the order given. */
  place: number;
}

function rank<Candidate extends ModelCandidate>(
  able: readonly Candidate[],
  { needs, out }: { needs: ModelNeeds; out: readonly ModelOutage[] },
): Ranked<Candidate>[] {
  const sick = new Set(out.map((outage) => outage.provider));
  const learned = able.map((each) => needs.learned?.get(nameOf(each)) ?? null);
  const cheapest = least(learned.map((each) => each?.microUsd ?? null));
  const quickest = least(learned.map((each) => each?.p95Ms ?? null));
  const ranked = able.map((candidate, place): Ranked<Candidate> => {
    const known = learned[place] ?? null;
    const wish = (needs.preferred ?? []).findIndex((name) => isNamedBy(candidate, name));
    const parts = {
      preference: wish >= 0 ? 0.4 + 0.6 * 0.5 ** wish : 0.4 / (1 + place),
      success: known?.success ?? unknownFigures.success,
      cost: shareOf(cheapest, known?.microUsd ?? null),
      speed: shareOf(quickest, known?.p95Ms ?? null),
    };
    const lacks: string[] = (needs.wishes ?? []).filter((fit) => !candidate.fit.includes(fit));
    if (needs.maxMs && (known?.p95Ms ?? 0) > needs.maxMs) lacks.push('speed');
    return {
      candidate,
      scored: { provider: candidate.provider, model: candidate.id, score: scoreOf(parts), parts, lacks },
      preferredAs: wish >= 0 ? (needs.preferred?.[wish] ?? null) : null,
      sick: sick.has(candidate.provider),
      learned: known,
      place,
    };
  });
  return ranked.toSorted(
    (one, other) =>
      Number(one.sick) - Number(other.sick) ||
      one.scored.lacks.length - other.scored.lacks.length ||
      other.scored.score - one.scored.score ||
      one.place - other.place,
  );
}

function scoreOf(parts: ScoredModel['parts']): number {
  const sum =
    weights.preference * parts.preference +
    weights.success * parts.success +
    weights.cost * parts.cost +
    weights.speed * parts.speed;
  return Math.round(sum * 1e6) / 1e6;
}

/** The least of what is known of at least two: alone there is nothing to compare with. */
function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 1 ? Math.min(...known) : null;
}

function shareOf(best: number | null, own: number | null): number {
  if (best === null || own === null) return unknownFigures.neutral;
  return own === 0 ? 1 : best / own;
}

function reasonOf<Candidate extends ModelCandidate>(
  best: Ranked<Candidate>,
  { ranked, needs, out }: { ranked: Ranked<Candidate>[]; needs: ModelNeeds; out: readonly ModelOutage[] },
): string {
  const lacks = best.scored.lacks.length > 0 ? ` It lacks ${best.scored.lacks.join(', ')}.` : '';
  if (best.preferredAs !== null)
    return `The agent prefers ${best.preferredAs}, which is fit for ${needs.class}.${lacks}`;
  const none =
    needs.preferred?.length && out.length === 0 ? ' None that the agent prefers is configured and fit.' : '';
  const before = ranked.filter((each) => !each.sick && each.place < best.place);
  const name = nameOf(best.candidate);
  if (before.length === 0)
    return `${name} is the first configured model fit for ${needs.class}.${none}${lacks}`;
  const passed = before.slice(0, 3).map(sayPassed).join(', ');
  return `${name} does best for ${needs.class}${sayLearned(best.learned)}, before ${passed}.${none}${lacks}`;
}

function sayPassed({ candidate, scored, learned }: Ranked<ModelCandidate>): string {
  return `${nameOf(candidate)}${scored.lacks.length > 0 ? ` (lacks ${scored.lacks.join(', ')})` : sayLearned(learned)}`;
}

function sayLearned(learned: LearnedFigures | null): string {
  if (!learned) return '';
  const time = learned.p95Ms === null ? '' : `, ${(learned.p95Ms / 1000).toFixed(1)} s`;
  const cost = learned.microUsd === null ? '' : `, $${(learned.microUsd / 1e6).toFixed(4)}`;
  return ` (${Math.round(learned.success * 100)} % succeed${time}${cost})`;
}

function noneReason(rejected: RouteDecision<ModelCandidate>['rejected'], needs: ModelNeeds): string {
  if (rejected.length === 0) return 'No model is configured.';
  const each = rejected.map(({ provider, model, why }) => `${provider}/${model}: ${why}`);
  return `No configured model can take this (${needs.class}): ${each.join('; ')}.`;
}

/** Around what is out of service: who was passed over belongs to the reason. */
function reasonWith(reason: string, out: readonly ModelOutage[]): string {
  const first = out[0];
  return first ? `${reason} Out of service: ${first.provider}/${first.model} (${first.reason})` : reason;
}

export function nameOf({ provider, id }: Pick<ModelCandidate, 'provider' | 'id'>): string {
  return `${provider}/${id}`;
}

export function isNamedBy(candidate: ModelCandidate, name: string): boolean {
  const { provider, id, aliases } = candidate;
  return (
    name === provider || [id, ...aliases].some((each) => name === each || name === `${provider}/${each}`)
  );
}

export function accountOf(candidate: ModelCandidate): string {
  return candidate.account ?? 'environment';
}

/** Under its own account alone. */
export function outageOf(candidate: ModelCandidate, outages: readonly ModelOutage[]): ModelOutage | null {
  const account = accountOf(candidate);
  const isIt = (each: ModelOutage) =>
    each.account === account && each.provider === candidate.provider && each.model === candidate.id;
  return outages.find(isIt) ?? null;
}

export function isOutOfService(candidate: ModelCandidate, outages: readonly ModelOutage[]): boolean {
  return outageOf(candidate, outages) !== null;
}
