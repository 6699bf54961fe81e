/**
 * Around models that are out of service. A call that its model never answered is given to the next fit one; when all are out the task
 * parks, without a slot and at no cost, until one is well again. Where nothing is out, nothing here changes a move.
 */
import type { Capability } from '../../contracts/agent.ts';
import type { LearnedFigures } from '../model-experience.ts';
import {
  type ModelCandidate,
  type ModelFit,
  type ModelOutage,
  type RouteDecision,
  routeModel,
} from '../route-model.ts';
import { classOfPurpose } from './work-class.ts';
import type { CurrentAttempt, EffectFacts, TaskMove, TaskSnapshot } from './snapshot.ts';

/** The code of a call that was given up because its provider does not answer. */
export const outageCode = 'outage';

interface Asking {
  models: readonly ModelCandidate[];
  outages: readonly ModelOutage[];
  current: CurrentAttempt;
  purpose: string;
  requires?: readonly Capability[];
  wishes?: readonly ModelFit[];
  /** What its prompt needs of a window at least, once that is known. */
  contextTokens?: number;
  /** In this class of work. */
  learned?: ReadonlyMap<string, LearnedFigures>;
}

/** Which model takes this work now. */
export function routeWork({
  models,
  outages,
  current,
  purpose,
  requires,
  ...more
}: Asking): RouteDecision<ModelCandidate> {
  const { preferred, allowed, maxSeconds } = current.agent.spec.modelPolicy;
  return routeModel(models, {
    class: classOfPurpose(purpose, requires),
    preferred,
    ...(allowed ? { allowed } : {}),
    ...(maxSeconds ? { maxMs: maxSeconds * 1000 } : {}),
    outages,
    ...more,
  });
}

/** What becomes of a call that was given up because of an outage; null when there is none. */
export function aroundOutage(
  { effects, models, outages = [] }: TaskSnapshot,
  current: CurrentAttempt,
): TaskMove | null {
  const given = effects.find(isGivenUp);
  if (!given) return null;
  const route = routeWork({ models, outages, current, purpose: given.purpose, ...windowOf(given) });
  if (route.choice) return { move: 'again', keys: [given.key] };
  return route.out.length > 0 ? park(route.out) : { move: 'wait', for: 'model', detail: route.reason };
}

/** Known of a call that was claimed once, and did not fit where it should have gone. */
export function windowOf({ input }: Pick<EffectFacts, 'input'>): { contextTokens?: number } {
  return typeof input.window === 'number' ? { contextTokens: input.window } : {};
}

/** A call that nobody could answer now is not even planned. */
export function unlessOut(
  { models, outages = [] }: TaskSnapshot,
  current: CurrentAttempt,
  move: TaskMove,
): TaskMove {
  if (move.move !== 'call' || outages.length === 0) return move;
  const asked = move.effects.find((effect) => effect.kind === 'model');
  if (!asked) return move;
  const route = routeWork({ models, outages, current, purpose: asked.purpose });
  return route.choice === null && route.out.length > 0 ? park(route.out) : move;
}

function isGivenUp({ kind, status, error }: EffectFacts): boolean {
  return kind === 'model' && status === 'failed' && error?.code === outageCode;
}

/** Until one of these models is well again. */
export function park(out: ModelOutage[]): TaskMove {
  const shown = out
    .slice(0, 3)
    .map(({ provider, model, reason }) => `${provider}/${model} (${reason.replace(/[.\s]+$/, '')})`);
  const more = out.length > shown.length ? ` and ${out.length - shown.length} more` : '';
  const detail = `Out of service: ${shown.join(', ')}${more}. The task goes on by itself when one is well again.`;
  return { move: 'wait', for: 'outage', detail, on: out.map(outageKey) };
}

export function outageKey({ account, provider, model }: ModelOutage): string {
  return `${account}/${provider}/${model}`;
}
