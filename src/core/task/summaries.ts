/**
 * Before a conversation fills the window of its model, a turn goes to a summary of its oldest part. That is a call like any other, and
 * none of the task's own turns: whoever decides about those does not see it. One that fails changes nothing: what does not fit is then
 * summarised without a model.
 */
import { routeWork } from './outage.ts';
import type { CurrentAttempt, EffectFacts, TaskMove, TaskSnapshot } from './snapshot.ts';

export const summarising = 'summarise';
/** Of the room for prompts. */
const dueShare = 0.75;

/** A model may call what it likes, also a tool of this name. */
export function isSummary({ kind, purpose }: Pick<EffectFacts, 'kind' | 'purpose'>): boolean {
  return kind === 'model' && purpose === summarising;
}

export function withoutSummaries(snapshot: TaskSnapshot): TaskSnapshot {
  return snapshot.effects.some(isSummary)
    ? { ...snapshot, effects: snapshot.effects.filter((effect) => !isSummary(effect)) }
    : snapshot;
}

/** The move itself, under a number that no turn has had; or the summary that has to come first. */
export function unlessFull(snapshot: TaskSnapshot, current: CurrentAttempt, move: TaskMove): TaskMove {
  if (move.move !== 'call' && move.move !== 'rejectPlan') return move;
  const lastTurn = Math.max(0, ...snapshot.effects.map(({ turn }) => turn));
  const next = { ...move, turn: Math.max(move.turn, lastTurn + 1) };
  if (next.move !== 'call' || !next.effects.some(({ kind }) => kind === 'model')) return next;
  if (!isDue(snapshot) || !canSummarise(snapshot, current)) return next;
  return { move: 'call', turn: next.turn, effects: [{ kind: 'model', purpose: summarising }] };
}

function isDue({ context, effects }: TaskSnapshot): boolean {
  if (!context || context.total + context.since <= context.room * dueShare) return false;
  const last = effects.findLast(({ kind }) => kind === 'model');
  return last !== undefined && !isSummary(last);
}

function canSummarise({ models, outages = [] }: TaskSnapshot, current: CurrentAttempt): boolean {
  return routeWork({ models, outages, current, purpose: summarising }).choice !== null;
}
