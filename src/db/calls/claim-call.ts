/**
 * Claim, then settle: an outside effect is claimed before it happens and settled after.
 *
 * 1. The claim is one transaction: the request (made once), the try, the ledger row with the most that it can cost, which is set aside in
 *    the purses of the tree, the agent and the workspace. Without room in all of them the call is parked, and its task waits.
 * 2. A stored answer is returned, never paid for again; a claim of an attempt that is no longer current is refused.
 * 3. The request keeps its model as long as that is in service; else the same request goes to the next fit one. When nobody is there to
 *    answer, the call is given up without a try.
 * 4. A try that was claimed and never settled was lost: its ledger row is booked unknown at its reserved maximum, and it is tried again,
 *    because a model call may be repeated.
 */
import type { Standing } from '../../contracts/corridor.ts';
import type { Failure } from '../../contracts/task.ts';
import { isFinished } from '../../contracts/status.ts';
import { windowOf } from '../../core/task/outage.ts';
import { allEnded } from '../connection.ts';
import { addToInput, settleEffect } from '../effect-store.ts';
import { closeOpenTries } from '../ledger-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { decideTask } from '../standing/stand-task.ts';
import type { World } from '../standing/world.ts';
import { asChanged, lockFreeTasks, lockTask } from '../task-store.ts';
import type { CallRequest, ClaimedCall, SentImage } from './call-plan.ts';
import { type ClaimFacts, loadClaimFacts } from './claim-facts.ts';
import { breakerOf } from './give-up.ts';
import { chooseModel, wishesOf, withinCeiling } from './choose-model.ts';
import { bodyOf } from '../context/body.ts';
import type { CallContext, ChosenModel, Prepared } from './call-context.ts';
import { openPaidTry } from './open-paid-try.ts';
import { prepareCall } from './prepare-call.ts';
import { imagesSeenBy, loadImages, tokensOfImages } from './task-images.ts';
import { prepareScore } from './prepare-score.ts';

export interface CallAddress {
  taskId: string;
  key: string;
}

/** The most that a request can cost, in micro-dollars (null when the price is not known) and in tokens, and the price that says so. */
export type Reserve = (
  request: { provider: string; model: string; maxOutputTokens?: number; searches?: number },
  promptTokens: number,
) => { microUsd: number | null; tokens?: number; price: unknown };

export type Claim = { claimed: ClaimedCall } | { over: Standing };

/** The task, locked, and what the claim looks at; null: there is no such call. */
export type CallToClaim = [task: TaskRow, facts: ClaimFacts | null];

/** To be sent ahead. */
export async function lockCallToClaim(tx: Tx, { taskId, key }: CallAddress): Promise<CallToClaim> {
  const [task, facts] = await allEnded([lockTask(tx, taskId), loadClaimFacts(tx, [key])]);
  return [task, facts.get(key) ?? null];
}

/** The same of several, to be sent ahead; null: somebody holds its task, or there is none. */
export async function lockCallsToClaim(
  tx: Tx,
  calls: readonly CallAddress[],
): Promise<(CallToClaim | null)[]> {
  const [tasks, facts] = await allEnded([
    lockFreeTasks(
      tx,
      calls.map(({ taskId }) => taskId),
    ),
    loadClaimFacts(
      tx,
      calls.map(({ key }) => key),
    ),
  ]);
  return calls.map(({ taskId, key }) => {
    const task = tasks.get(taskId);
    return task ? [task, facts.get(key) ?? null] : null;
  });
}

export async function claimModelCall(
  tx: Tx,
  [task, facts]: CallToClaim,
  { world, reserve }: { world: World; reserve: Reserve },
): Promise<Claim> {
  if (!facts || !isClaimable(task, facts.effect))
    return { over: await refuse(tx, { task, effect: facts?.effect ?? null }, world) };
  const { effect, outages, files, messages } = facts;
  if (effect.status === 'claimed') await closeOpenTries(tx, effect.key);
  const current = asChanged(facts.current, task);
  if (!current) return { over: await decideTask(tx, task, world) };
  const looks = effect.purpose !== 'summarise' && files.some(({ kind }) => kind === 'image');
  const images = looks ? await loadImages(tx, task.id) : [];
  const wishes = wishesOf({ task, effect, current, world }, images.length > 0);
  const context: CallContext = {
    tx,
    task,
    effect,
    current,
    world,
    outages,
    hasFiles: files.length > 0,
    messages,
    wishes,
    ...leftBy(effect),
  };
  const chosen = await chooseModel(context);
  if ('nobody' in chosen) return { over: await giveUp(context, chosen.nobody) };
  const seen = (each: CallRequest) => imagesSeenBy(world.models, each, images);
  const worst = (each: CallRequest) => reserve(each, promptTokensOf(each) + tokensOfImages(seen(each)));
  const made = await affordable(context, chosen, (each) => worst(each).microUsd);
  if ('nobody' in made) return { over: await giveUp(context, made.nobody) };
  const request = withImages(made.request, seen(made.request));
  return take(context, { ...made, request }, worst(request));
}

async function take(
  { tx, task, effect, world }: CallContext,
  { request, body, score }: Prepared,
  worst: ReturnType<Reserve>,
): Promise<Claim> {
  const { key, id: callId, purpose } = effect;
  const { tokens = 0, price } = worst;
  const tryNumber = await openPaidTry(tx, { task, effect }, { request, at: request, worst });
  if (tryNumber === null) return { over: await decideTask(tx, task, world, true) };
  const stream = task.conversationId ? `conversation/${task.conversationId}` : `task/${task.id}`;
  const account = breakerOf(world, request)?.account ?? 'environment';
  return {
    claimed: {
      ...{ key, callId, try: tryNumber, purpose, rootTaskId: task.rootId, stream },
      ...{ request, body, score, price, tokens, account },
    },
  };
}

/** Of an earlier claim that found nobody in service with room for the prompt: what it needs, and what was said at this turn. */
function leftBy(effect: EffectRow): Pick<CallContext, 'contextTokens' | 'said'> {
  const { contextTokens } = windowOf(effect);
  return contextTokens === undefined ? {} : { contextTokens, said: effect.input.said as string[] };
}

/** Open, of the current attempt, and nobody asked to stop. */
export function isClaimable(task: TaskRow, effect: EffectRow): boolean {
  const open = effect.status === 'planned' || effect.status === 'claimed';
  return open && effect.attempt === task.attempt && !isFinished(task.status) && !task.cancelRequestedAt;
}

/** What cannot be claimed any more is over: said once, with where the task stands now. */
export async function refuse(
  tx: Tx,
  { task, effect }: { task: TaskRow; effect: EffectRow | null },
  world: World,
): Promise<Standing> {
  const open = effect?.status === 'planned' || effect?.status === 'claimed';
  if (effect && open) {
    await closeOpenTries(tx, effect.key);
    await settleEffect(tx, effect.key, { status: 'abandoned', error: null });
  }
  return decideTask(tx, task, world, open);
}

/** Anew at every claim: another model may have taken over, which sees or does not. */
function withImages(request: CallRequest, images: readonly SentImage[]): CallRequest {
  if (request.kind === 'score') return request;
  const { images: _before, ...rest } = request;
  return images.length > 0 ? { ...rest, images: [...images] } : rest;
}

/** Packed for a model within the agent's ceiling. */
async function affordable(
  context: CallContext,
  chosen: ChosenModel,
  worst: (request: CallRequest) => number | null,
): Promise<Prepared | { nobody: Failure }> {
  const made = await requestOf(context, chosen);
  if ('nobody' in made) return made;
  const request = await withinCeiling(context, made.request, worst);
  if ('nobody' in request || request === made.request) return 'nobody' in request ? request : made;
  const { provider, model, reason, route } = request;
  return requestOf(context, { provider, model, reason, ...(route ? { route } : {}) });
}

/**
 * The request is made at the first claim and kept: a repeated call is the same call, if need be packed anew for another model. One whose prompt does
 * not fit, however it is cut, goes to a model with room for it; when that is out of service the call waits for it.
 */
async function requestOf(context: CallContext, first: ChosenModel): Promise<Prepared | { nobody: Failure }> {
  let chosen = first;
  for (;;) {
    const made = (await keptRequest(context, chosen)) ?? (await prepareCall(context, chosen));
    if (!('over' in made)) return made;
    if (made.window === null) return { nobody: made.over };
    context.contextTokens = Math.max(made.window, context.contextTokens ?? 0);
    const larger = await chooseModel(context);
    if ('nobody' in larger) return { nobody: larger.out ? larger.nobody : made.over };
    chosen = larger;
  }
}

async function keptRequest(
  { tx, effect, ...context }: CallContext,
  chosen: ChosenModel,
): Promise<Prepared | null> {
  const kept = effect.request as CallRequest | null;
  if (kept?.kind === 'score') {
    const { score } = await prepareScore({ tx, effect, ...context }, chosen);
    return { request: { ...kept, ...chosen }, body: null, score };
  }
  const sameModel = kept?.provider === chosen.provider && kept.model === chosen.model;
  if (!kept || !sameModel || (kept.share ?? 1) !== Number(effect.input.share ?? 1)) return null;
  const body = await bodyOf(tx, effect, kept);
  return body && { request: { ...kept, ...chosen }, body, score: null };
}

async function giveUp(context: CallContext, error: Failure): Promise<Standing> {
  const { tx, task, effect, world, contextTokens, said = [] } = context;
  await settleEffect(tx, effect.key, { status: 'failed', error });
  if (contextTokens !== undefined) await addToInput(tx, effect.key, { window: contextTokens, said });
  return decideTask(tx, task, world, true);
}

/** A scoring call has no usage to learn from: three characters a token are on the safe side. */
function promptTokensOf(request: CallRequest): number {
  if (request.kind === 'complete') return request.mostTokens;
  return Math.ceil(request.prompts.reduce((sum, prompt) => sum + prompt.length, 0) / 3);
}
