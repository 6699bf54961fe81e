/** Which model a call goes to, at its first claim and whenever the one that it had is not there any more; and why, for its record. */
import { hearing } from '../../core/task/messages.ts';
import { outageCode, routeWork } from '../../core/task/outage.ts';
import { classOfPurpose } from '../../core/task/work-class.ts';
import { dollars } from '../../core/budget/words.ts';
import type { ModelCandidate, ModelFit, RouteDecision } from '../../core/route-model.ts';
import type { Failure } from '../../contracts/task.ts';
import type { CallRequest, RouteRecord } from './call-plan.ts';
import type { CallContext, ChosenModel } from './call-context.ts';

/** Kept with the call: more than these are never looked at. */
const mostKept = 10;

export interface Nobody {
  nobody: Failure;
  /** Somebody could do it, and is out of service. */
  out: boolean;
}

/** The request keeps its model as long as that is in service and its window has room. */
export async function chooseModel(context: CallContext): Promise<ChosenModel | Nobody> {
  const kept = context.effect.request as CallRequest | null;
  const isKept = (each: { provider: string; model: string }) =>
    each.provider === kept?.provider && each.model === kept.model;
  const configured = context.world.models.some(
    ({ provider, id, contextTokens }) =>
      isKept({ provider, model: id }) && contextTokens >= (context.contextTokens ?? 0),
  );
  if (kept && configured && !context.outages.some(isKept))
    return { provider: kept.provider, model: kept.model, reason: kept.reason };
  const decision = await route(context);
  const { choice, reason, out } = decision;
  if (choice) return { provider: choice.provider, model: choice.id, reason, route: recordOf(decision) };
  // A model that is not there is treated like one that is out: the task parks or waits for a key, it does not fail.
  const message = `No model for ${context.effect.purpose}: ${reason}`;
  return { nobody: { code: outageCode, message }, out: out.length > 0 };
}

async function route({
  tx,
  task,
  current,
  world,
  effect,
  outages,
  wishes,
  contextTokens,
}: CallContext): Promise<RouteDecision<ModelCandidate>> {
  const { purpose } = effect;
  const learned = await world.learned?.(tx);
  const figures = learned?.get(classOfPurpose(purpose, task.requires));
  return routeWork({
    models: world.models,
    outages,
    current,
    purpose,
    requires: task.requires,
    wishes,
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(figures ? { learned: figures } : {}),
  });
}

function recordOf({ candidates, rejected }: RouteDecision<ModelCandidate>): RouteRecord {
  return { candidates: candidates.slice(0, mostKept), rejected: rejected.slice(0, mostKept) };
}

/** What would be good for this work: to use its tools, to see its images, to keep to a schema. */
export function wishesOf(
  { task, effect, current, world }: Pick<CallContext, 'task' | 'effect' | 'current' | 'world'>,
  images: boolean,
): ModelFit[] {
  // Hearing of something new, it changes its plan by a tool.
  const changes = effect.purpose === hearing && task.planRunId !== null;
  const usesTools = current.agent.spec.tools.some((tool) => world.tools.some(({ name }) => name === tool));
  return [
    ...((usesTools && task.role === 'master_operator') || changes ? (['tools'] as const) : []),
    ...(images ? (['vision'] as const) : []),
    ...(task.outputSchema ? (['json'] as const) : []),
  ];
}

/**
 * The agent's ceiling for one call: the first candidate in the order of the route whose worst price keeps it. A model without a known price is
 * taken at its word.
 */
export async function withinCeiling(
  context: CallContext,
  request: CallRequest,
  worst: (request: CallRequest) => number | null,
): Promise<CallRequest | { nobody: Failure }> {
  const ceiling = context.current.agent.spec.modelPolicy.maxUsdPerCall;
  const isOver = (each: CallRequest) => ceiling != null && (worst(each) ?? 0) > ceiling * 1e6;
  if (!isOver(request)) return request;
  const decision = await route(context);
  const said = `The agent’s ceiling is ${dollars((ceiling ?? 0) * 1e6)} a call; ${request.provider}/${request.model} may cost ${dollars(worst(request) ?? 0)}.`;
  for (const { provider, model } of decision.candidates) {
    const other = { ...request, provider, model, reason: said, route: recordOf(decision) };
    if (!isOver(other)) return other;
  }
  return { nobody: { code: 'over_ceiling', message: `${said} No other model that could do it is cheaper.` } };
}
