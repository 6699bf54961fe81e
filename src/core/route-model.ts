// Which model does a piece of work. Data in, choice and reason out; the reason is stored and shown to people.
// Order of the rules: the agent's allow-list, what a model is fit for, the size of its window; of those left, the
// agent's preferred ones in their order, else the order in which the candidates are given.

export const modelFits = ['plan', 'tools', 'json', 'vision', 'write', 'score'] as const;
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
}

export interface RouteDecision<Candidate extends ModelCandidate> {
  choice: Candidate | null;
  reason: string;
  /** Why each of the others is out; those that were merely later in the order are not listed. */
  rejected: { provider: string; model: string; why: string }[];
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

export function routeModel<Candidate extends ModelCandidate>(
  candidates: readonly Candidate[],
  needs: ModelNeeds,
): RouteDecision<Candidate> {
  const rejected: RouteDecision<Candidate>['rejected'] = [];
  const able = candidates.filter((candidate) => {
    const why = whyNot(candidate, needs);
    if (why !== null) rejected.push({ provider: candidate.provider, model: candidate.id, why });
    return why === null;
  });
  for (const name of needs.preferred ?? []) {
    const choice = able.find((candidate) => isNamedBy(candidate, name));
    if (choice)
      return { choice, reason: `The agent prefers ${name}, which is fit for ${needs.class}.`, rejected };
  }
  const choice = able[0] ?? null;
  if (!choice) return { choice, reason: noneReason(rejected, needs), rejected };
  const none = needs.preferred?.length ? ' None that the agent prefers is configured and fit.' : '';
  return {
    choice,
    reason: `${choice.provider}/${choice.id} is the first configured model fit for ${needs.class}.${none}`,
    rejected,
  };
}
