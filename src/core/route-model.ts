// Which model does a piece of work. Data in, choice and reason out; the reason is stored and shown to people.
// Order of the rules: the agent's allow-list, what a model is fit for, the size of its window; of those left, the
// agent's preferred ones in their order, else the order in which the candidates are given. Models that are out of service are
// passed over; while a model of a provider is out, the other providers' come before the rest of its own.
import { modelFitNames } from '../contracts/model.ts';

export const modelFits = modelFitNames;
export type ModelFit = (typeof modelFits)[number];

export type TaskClass =
  | 'plan'
  | 'extract'
  | 'write'
  | 'analyse'
  | 'code'
  | 'chat'
  | 'judge'
  | 'summarise'
  | 'score';

export interface ModelCandidate {
  provider: string;
  id: string;
  aliases: readonly string[];
  fit: readonly ModelFit[];
  contextTokens: number;
  /** Whose key it is called with: a workspace's id; absent: the environment's. */
  account?: string;
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
  /** Prompt and answer together must fit into the window. */
  contextTokens?: number;
  /** Of the agent's policy: `model`, `provider` or `provider/model`, best first. */
  preferred?: readonly string[];
  /** Of the agent's policy; empty or absent allows all. */
  allowed?: readonly string[];
  outages?: readonly ModelOutage[];
}

export interface RouteDecision<Candidate extends ModelCandidate> {
  choice: Candidate | null;
  reason: string;
  /** Why each of the others is out; those that were merely later in the order are not listed. */
  rejected: { provider: string; model: string; why: string }[];
  /** Those that would do it if they were not out of service. */
  out: ModelOutage[];
}

const fitOfClass: Record<TaskClass, readonly ModelFit[]> = {
  plan: ['plan', 'json'],
  extract: ['json'],
  judge: ['json'],
  write: ['write'],
  analyse: ['write'],
  code: ['write'],
  chat: ['write'],
  summarise: ['write'],
  score: ['score'],
};

function isNamedBy(candidate: ModelCandidate, name: string): boolean {
  const { provider, id, aliases } = candidate;
  return (
    name === provider || [id, ...aliases].some((each) => name === each || name === `${provider}/${each}`)
  );
}

function whyNot(candidate: ModelCandidate, needs: ModelNeeds): string | null {
  if (needs.allowed?.length && !needs.allowed.some((name) => isNamedBy(candidate, name)))
    return 'the agent may not use it';
  const missing = [...fitOfClass[needs.class], ...(needs.needs ?? [])].filter(
    (fit) => !candidate.fit.includes(fit),
  );
  if (missing.length > 0) return `not fit to ${[...new Set(missing)].join(', ')}`;
  if (needs.contextTokens !== undefined && candidate.contextTokens < needs.contextTokens) {
    return `window of ${candidate.contextTokens} tokens, ${needs.contextTokens} needed`;
  }
  return null;
}

function noneReason(rejected: RouteDecision<ModelCandidate>['rejected'], needs: ModelNeeds): string {
  if (rejected.length === 0) return 'No model is configured.';
  const each = rejected.map(({ provider, model, why }) => `${provider}/${model}: ${why}`);
  return `No configured model can take this (${needs.class}): ${each.join('; ')}.`;
}

export function accountOf(candidate: ModelCandidate): string {
  return candidate.account ?? 'environment';
}

function outageOf(candidate: ModelCandidate, outages: readonly ModelOutage[]): ModelOutage | null {
  const account = accountOf(candidate);
  const isIt = (each: ModelOutage) =>
    each.account === account && each.provider === candidate.provider && each.model === candidate.id;
  return outages.find(isIt) ?? null;
}

export function isOutOfService(candidate: ModelCandidate, outages: readonly ModelOutage[]): boolean {
  return outageOf(candidate, outages) !== null;
}

/** Those of providers that are well, before those of providers of which something is out. */
function wellFirst<Candidate extends ModelCandidate>(
  able: Candidate[],
  out: readonly ModelOutage[],
): Candidate[] {
  const sick = new Set(out.map((outage) => outage.provider));
  return [
    ...able.filter((each) => !sick.has(each.provider)),
    ...able.filter((each) => sick.has(each.provider)),
  ];
}

/** Around what is out of service: who was passed over belongs to the reason. */
function reasonWith(reason: string, out: readonly ModelOutage[]): string {
  const first = out[0];
  return first ? `${reason} Out of service: ${first.provider}/${first.model} (${first.reason})` : reason;
}

export function routeModel<Candidate extends ModelCandidate>(
  candidates: readonly Candidate[],
  needs: ModelNeeds,
): RouteDecision<Candidate> {
  const rejected: RouteDecision<Candidate>['rejected'] = [];
  const out: ModelOutage[] = [];
  const fit = candidates.filter((candidate) => {
    const why = whyNot(candidate, needs);
    const outage = why === null ? outageOf(candidate, needs.outages ?? []) : null;
    if (outage) out.push(outage);
    const said = outage ? `out of service: ${outage.reason}` : why;
    if (said !== null) rejected.push({ provider: candidate.provider, model: candidate.id, why: said });
    return said === null;
  });
  const able = wellFirst(fit, out);
  const well = able.filter((candidate) => !out.some((outage) => outage.provider === candidate.provider));
  for (const name of needs.preferred ?? []) {
    const choice = (well.length > 0 ? well : able).find((candidate) => isNamedBy(candidate, name));
    if (choice) {
      const reason = reasonWith(`The agent prefers ${name}, which is fit for ${needs.class}.`, out);
      return { choice, reason, rejected, out };
    }
  }
  const choice = able[0] ?? null;
  if (!choice) return { choice, reason: noneReason(rejected, needs), rejected, out };
  const none =
    needs.preferred?.length && out.length === 0 ? ' None that the agent prefers is configured and fit.' : '';
  const reason = `${choice.provider}/${choice.id} is the first configured model fit for ${needs.class}.${none}`;
  return { choice, reason: reasonWith(reason, out), rejected, out };
}
