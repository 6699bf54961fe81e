import type { Standing } from '../../contracts/corridor.ts';
import type { Failure } from '../../contracts/task.ts';
import { loadEffect, settleEffect } from '../effect-store.ts';
import { closeTry, type LedgerClosing } from '../ledger-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import { outageCode } from '../../core/task/outage.ts';
import { classOfPurpose } from '../../core/task/work-class.ts';
import { noteCall } from '../model-figures-store.ts';
import type { TaskRow } from '../mappings/task.ts';
import { afterReading } from '../messages/in-turn.ts';
import { closeBreaker } from '../provider-health-store.ts';
import type { Tx } from '../record.ts';
import { decideTask } from '../standing/stand-task.ts';
import type { World } from '../standing/world.ts';
import { lockTask } from '../task-store.ts';
import type { CallRequest, ClaimedCall } from './call-plan.ts';
import { breakerOf, type GiveUpPlace, givesUp } from './give-up.ts';
import { appendTranscript } from './transcript.ts';

export interface Settlement {
  taskId: string;
  call: Pick<ClaimedCall, 'key' | 'callId' | 'try' | 'purpose'> & { model: string };
  ledger: LedgerClosing;
  end:
    | { as: 'settled'; outcome: unknown; said?: Record<string, unknown> }
    | { as: 'failed'; error: Failure }
    /** To be tried again by a technical retry. `outage`: nobody answered, so at some point it is enough. */
    | { as: 'again'; error: Failure; outage?: { retryAfterMs: number | null } | null }
    /** Stopped on purpose. */
    | { as: 'stopped' };
}

export interface Settled extends Standing {
  /** The same call is to be tried again by its own activity, after the usual delay. */
  again: boolean;
}

/**
 * Books the try, keeps the outcome and decides. An answer that comes late (its try was given up meanwhile) is booked in the ledger and
 * changes nothing else.
 */
export async function settleModelCall(
  tx: Tx,
  { taskId, call, ledger, end }: Settlement,
  world: World,
): Promise<Settled> {
  const task = await lockTask(tx, taskId);
  const effect = await loadEffect(tx, call.key);
  const booked = await closeTry(tx, call.key, call.try, ledger);
  const current =
    effect?.status === 'claimed' && effect.tries === call.try && effect.attempt === task.attempt;
  const request = effect?.request;
  const breaker = ledger.outcome === 'ok' ? breakerOf(world, request) : null;
  if (breaker) await closeBreaker(tx, breaker);
  if (booked && effect) await learnFrom({ tx, task, world }, effect, { ledger, end });
  const asked = effect && current ? await writeEnd({ tx, task, world }, effect, { call, end }) : false;
  if (booked) emitCalled(tx, task, { call, ledger });
  const standing = await decideTask(tx, task, world, current);
  return { ...standing, again: asked && standing.start.some((job) => job.key === call.key) };
}

/** @returns whether the call stays open for another try */
async function writeEnd(
  place: GiveUpPlace,
  effect: EffectRow,
  { call, end }: Pick<Settlement, 'call' | 'end'>,
): Promise<boolean> {
  const { tx, task } = place;
  if (end.as === 'again') return tryAgain(place, effect, end);
  if (end.as === 'settled') {
    await settleEffect(tx, call.key, { status: 'settled', outcome: end.outcome });
    if (end.said)
      await appendTranscript(tx, task, [{ role: 'assistant', turn: effect.turn, content: end.said }]);
    await afterReading(tx, task, { effect, text: textOf(end.said) });
  } else if (end.as === 'failed') await settleEffect(tx, call.key, { status: 'failed', error: end.error });
  else
    await settleEffect(tx, call.key, {
      status: task.cancelRequestedAt ? 'abandoned' : 'planned',
      error: null,
    });
  return false;
}

async function tryAgain(
  place: GiveUpPlace,
  { key, request }: EffectRow,
  { error, outage }: Extract<Settlement['end'], { as: 'again' }>,
): Promise<boolean> {
  const enough =
    outage != null &&
    (await givesUp(place, key, { request, reason: error.message, retryAfterMs: outage.retryAfterMs }));
  const said = outage ? { ...error, code: outageCode } : error;
  await settleEffect(place.tx, key, { status: enough ? 'failed' : 'planned', error: said });
  return !enough;
}

/** An abort says nothing of the model; a refusal, or an answer that was cut off by its limit, is no success. */
async function learnFrom(
  { tx, task, world }: GiveUpPlace,
  { purpose, request }: EffectRow,
  { ledger, end }: Pick<Settlement, 'ledger' | 'end'>,
): Promise<void> {
  const asked = request as CallRequest | null;
  if (!asked || ledger.outcome === 'aborted') return;
  const stop = end.as === 'settled' ? (end.outcome as { stop?: unknown } | null)?.stop : null;
  const ok = ledger.outcome === 'ok' && stop !== 'refused' && stop !== 'length';
  const { provider, model } = asked;
  await noteCall(
    tx,
    { provider, model, class: classOfPurpose(purpose, task.requires) },
    { sample: { ok, latencyMs: ledger.latencyMs, microUsd: ledger.microUsd }, now: world.now },
  );
}

function textOf(said: Record<string, unknown> | undefined): string {
  return typeof said?.text === 'string' ? said.text : '';
}

function emitCalled(tx: Tx, task: TaskRow, { call, ledger }: Pick<Settlement, 'call' | 'ledger'>): void {
  tx.emit(
    {
      stream: `task/${task.id}`,
      type: 'model.called',
      data: {
        callId: call.callId,
        try: call.try,
        model: call.model,
        purpose: call.purpose,
        outcome: ledger.outcome,
        inputTokens: ledger.usage?.inputTokens ?? 0,
        outputTokens: ledger.usage?.outputTokens ?? 0,
        usd: ledger.microUsd === null ? null : ledger.microUsd / 1e6,
        ms: Math.round(ledger.latencyMs),
      },
    },
    { rootTaskId: task.rootId },
  );
}
