import type { Standing } from '../../contracts/corridor.ts';
import type { Failure } from '../../contracts/task.ts';
import { allEnded } from '../connection.ts';
import { addToInput, type CalledEffect, loadCalledEffects, settleEffect } from '../effect-store.ts';
import { closeTry, type LedgerClosing } from '../ledger-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import { estimator } from '../../core/context/token-counter.ts';
import { overWindow } from '../../core/context/over-window.ts';
import { outageCode } from '../../core/task/outage.ts';
import type { ReplyOutcome } from '../../core/task/snapshot.ts';
import { isSummary } from '../../core/task/summaries.ts';
import { tooManyCalls } from '../../core/task/tool-turns.ts';
import { classOfPurpose } from '../../core/task/work-class.ts';
import { noteCall } from '../providers/model-figures-store.ts';
import type { TaskRow } from '../mappings/task.ts';
import { afterReading } from '../messages/in-turn.ts';
import { keepSummary } from '../context/summaries.ts';
import { learnTokens } from '../context/token-figures.ts';
import { closeBreaker } from '../providers/provider-health-store.ts';
import type { Tx } from '../record.ts';
import { decideTask } from '../standing/stand-task.ts';
import type { World } from '../standing/world.ts';
import { lockFreeTasks, lockTask } from '../task-store.ts';
import type { CallRequest, ClaimedCall, CompleteRequest } from './call-plan.ts';
import { breakerOf, type GiveUpPlace, givesUp } from './give-up.ts';
import { keepStopped } from './keep-stopped.ts';
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
    /** Stopped on purpose, with what had been written by then. */
    | { as: 'stopped'; text?: string };
}

export interface Settled extends Standing {
  /** The same call is to be tried again by its own activity, after the usual delay. */
  again: boolean;
}

/** `booked`: its row in the ledger was open until now. */
export type CallToSettle = [task: TaskRow, effect: CalledEffect | null, booked: boolean];

/** To be sent ahead. */
export async function lockCallToSettle(
  tx: Tx,
  { taskId, call, ledger }: Pick<Settlement, 'taskId' | 'call' | 'ledger'>,
): Promise<CallToSettle> {
  const [task, effects, booked] = await allEnded([
    lockTask(tx, taskId),
    loadCalledEffects(tx, [call.key]),
    closeTry(tx, call.key, call.try, ledger),
  ]);
  return [task, effects.get(call.key) ?? null, booked];
}

/** Those whose task nobody holds, and what there is of the calls, by their keys. */
export type LockedToSettle = [tasks: Map<string, TaskRow>, effects: Map<string, CalledEffect>];

/** Of several, to be sent ahead. */
export function lockCallsToSettle(
  tx: Tx,
  calls: readonly Pick<Settlement, 'taskId' | 'call'>[],
): Promise<LockedToSettle> {
  return allEnded([
    lockFreeTasks(
      tx,
      calls.map(({ taskId }) => taskId),
    ),
    loadCalledEffects(
      tx,
      calls.map(({ call }) => call.key),
    ),
  ]);
}

/** Books those whose task was locked; null: somebody holds it, or there is none. */
export function bookCalls(
  tx: Tx,
  [tasks, effects]: LockedToSettle,
  calls: readonly Pick<Settlement, 'taskId' | 'call' | 'ledger'>[],
): Promise<(CallToSettle | null)[]> {
  return allEnded(
    calls.map(async ({ taskId, call, ledger }): Promise<CallToSettle | null> => {
      const task = tasks.get(taskId);
      if (!task) return null;
      const booked = await closeTry(tx, call.key, call.try, ledger);
      return [task, effects.get(call.key) ?? null, booked];
    }),
  );
}

/**
 * Books the try, keeps the outcome and decides. An answer that comes late (its try was given up meanwhile) is booked in the ledger and
 * changes nothing else.
 */
export async function settleModelCall(
  tx: Tx,
  settlement: Settlement,
  { world, found }: { world: World; found: CallToSettle },
): Promise<Settled> {
  const [task, effect, booked] = found;
  // Nothing that is decided asks what is learned from it.
  const [settled] = await allEnded([
    bookAndDecide(tx, settlement, { world, found }),
    booked && effect && learnFrom({ tx, task, world }, effect, settlement),
  ]);
  return settled;
}

async function bookAndDecide(
  tx: Tx,
  { call, ledger, end }: Settlement,
  { world, found: [task, effect, booked] }: { world: World; found: CallToSettle },
): Promise<Settled> {
  const current =
    effect?.status === 'claimed' && effect.tries === call.try && effect.attempt === task.attempt;
  const request = effect?.request;
  const breaker = ledger.outcome === 'ok' && effect?.someOut ? breakerOf(world, request) : null;
  if (breaker) await closeBreaker(tx, breaker);
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
  const over = end.as === 'settled' ? tooManyCalls(end.outcome) : null;
  if (over) await settleEffect(tx, call.key, { status: 'failed', error: over });
  else if (end.as === 'settled') {
    const said = isSummary(effect) ? undefined : end.said;
    await allEnded([
      settleEffect(tx, call.key, { status: 'settled', outcome: end.outcome }),
      said && appendTranscript(tx, task, [{ role: 'assistant', turn: effect.turn, content: said }]),
      isSummary(effect) && keepSummaryOf(tx, task, effect, end.outcome),
    ]);
    await afterReading(tx, task, { effect, text: textOf(end.said), goesOn: callsTools(end.outcome) });
  } else if (end.as === 'failed' && end.error.code === overWindow && effect.input.share === undefined)
    await packTighter(tx, call.key, end.error);
  else if (end.as === 'failed') await settleEffect(tx, call.key, { status: 'failed', error: end.error });
  else await stop(place, effect, end.text ?? '');
  return false;
}

/** A call that goes on by itself is made anew from its beginning. */
async function stop({ tx, task }: GiveUpPlace, effect: EffectRow, text: string): Promise<void> {
  if (!task.cancelRequestedAt) return settleEffect(tx, effect.key, { status: 'planned', error: null });
  await keepStopped(tx, task, { effect, text });
}

/** What came of a call that summarises; null when it wrote none: then what does not fit is summarised without a model. */
async function keepSummaryOf(
  tx: Tx,
  task: TaskRow,
  { id, request }: EffectRow,
  outcome: unknown,
): Promise<void> {
  const { summary } = request as CompleteRequest;
  const { text, stop, toolCalls } = outcome as ReplyOutcome;
  if (!summary || stop !== 'end' || toolCalls.length > 0 || text.trim() === '') return;
  await keepSummary(tx, task, { ...summary, text: text.trim(), callId: id });
}

/** Of the window, when the provider says that a prompt was longer than we thought. */
const tighterShare = 0.6;

/** The same call once more, packed into less: its estimate was wrong. */
async function packTighter(tx: Tx, key: string, error: Failure): Promise<void> {
  await settleEffect(tx, key, { status: 'planned', error });
  await addToInput(tx, key, { share: tighterShare });
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
  const text = asked.kind === 'complete' && asked.packing && !asked.images?.length;
  if (ok && text && ledger.reported && ledger.usage)
    await learnTokens(
      tx,
      { provider, model, counter: asked.packing.counter ?? estimator.name },
      { estimated: asked.packing.estimated, reported: ledger.usage.inputTokens },
    );
  await noteCall(
    tx,
    { provider, model, class: classOfPurpose(purpose, task.requires) },
    { sample: { ok, latencyMs: ledger.latencyMs, microUsd: ledger.microUsd }, now: world.now },
  );
}

function callsTools(outcome: unknown): boolean {
  const { toolCalls } = (outcome ?? {}) as Partial<ReplyOutcome>;
  return Array.isArray(toolCalls) && toolCalls.length > 0;
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
