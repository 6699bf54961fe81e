/**
 * Claim, then settle: an outside effect is claimed before it happens and settled after.
 *
 * 1. The claim is one transaction: the request (made once), the try, the ledger row with the most that it can cost.
 * 2. A stored answer is returned, never paid for again; a claim of an attempt that is no longer current is refused.
 * 3. A try that was claimed and never settled was lost: its ledger row is booked unknown at its reserved maximum, and it is tried again,
 *    because a model call may be repeated.
 */
import type { Standing } from '../../contracts/corridor.ts';
import { isFinished } from '../../contracts/status.ts';
import { claimEffect, loadEffect, settleEffect } from '../effect-store.ts';
import { closeOpenTries, openTry } from '../ledger-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { decideTask } from '../standing/stand-task.ts';
import type { World } from '../standing/world.ts';
import { loadTaskFacts, lockTask } from '../task-store.ts';
import type { CallRequest, ClaimedCall, ScoreUse } from './call-plan.ts';
import { type CallContext, messagesOf, prepareCall } from './prepare-call.ts';
import { prepareScore } from './prepare-score.ts';

export interface CallAddress {
  taskId: string;
  key: string;
}

/** The most that a request can cost, in micro-dollars, and the price that says so; null when not known. */
export type Reserve = (request: CallRequest, promptCharacters: number) => { microUsd: number | null; price: unknown };

export type Claim = { claimed: ClaimedCall } | { over: Standing };

export async function claimModelCall(tx: Tx, { taskId, key }: CallAddress, { world, reserve }: { world: World; reserve: Reserve }): Promise<Claim> {
  const task = await lockTask(tx, taskId);
  const effect = await loadEffect(tx, key);
  if (!effect || !isClaimable(task, effect)) return { over: await refuse(tx, { task, effect }, world) };
  if (effect.status === 'claimed') await closeOpenTries(tx, key);
  const { current } = await loadTaskFacts(tx, task);
  if (!current) return { over: await decideTask(tx, task, world) };
  const { request, score } = await requestOf({ tx, task, effect, current, world });
  const messages = request.kind === 'complete' ? await messagesOf(tx, task, request.messagesTo) : [];
  const tryNumber = await claimEffect(tx, key, request);
  const { microUsd, price } = reserve(request, charactersOf(request, messages));
  await openTry(tx, task, {
    callId: effect.id,
    callKey: key,
    try: tryNumber,
    purpose: effect.purpose,
    provider: request.provider,
    model: request.model,
    price,
    reservedMicroUsd: microUsd,
  });
  const { purpose } = effect;
  return { claimed: { key, callId: effect.id, try: tryNumber, purpose, rootTaskId: task.rootId, request, messages, score } };
}

/** Open, of the current attempt, and nobody asked to stop. */
export function isClaimable(task: TaskRow, effect: EffectRow): boolean {
  const open = effect.status === 'planned' || effect.status === 'claimed';
  return open && effect.attempt === task.attempt && !isFinished(task.status) && !task.cancelRequestedAt;
}

/** What cannot be claimed any more is over: said once, with where the task stands now. */
export async function refuse(tx: Tx, { task, effect }: { task: TaskRow; effect: EffectRow | null }, world: World): Promise<Standing> {
  const open = effect?.status === 'planned' || effect?.status === 'claimed';
  if (effect && open) {
    await closeOpenTries(tx, effect.key);
    await settleEffect(tx, effect.key, { status: 'abandoned', error: null });
  }
  return decideTask(tx, task, world, open);
}

/** The request is made at the first claim and kept: a repeated call is the same call. */
async function requestOf(context: CallContext): Promise<{ request: CallRequest; score: ScoreUse | null }> {
  const kept = context.effect.request as CallRequest | null;
  if (!kept) return prepareCall(context);
  if (kept.kind === 'complete') return { request: kept, score: null };
  const { provider, model, reason } = kept;
  const { score } = await prepareScore(context, { provider, model, reason });
  return { request: kept, score };
}

function charactersOf(request: CallRequest, messages: unknown[]): number {
  if (request.kind === 'score') return request.prompts.reduce((sum, prompt) => sum + prompt.length, 0);
  return request.system.length + JSON.stringify(messages).length + JSON.stringify(request.outputSchema ?? '').length;
}
