/**
 * Messages in a task's record. They are shown with its next model call; a task whose unread message came too late for that takes another
 * turn before it completes, and a Chief of Staff one while its plan is carried out or waits to be accepted. Who waits for an answer to a
 * question of its own hears meanwhile, too: a Chief of Staff everybody, an operator people. An agent that asked waits for the answer, so it
 * gets one in every case, and be it that none will come.
 */
import { park, routeWork } from './outage.ts';
import { isSummary } from './summaries.ts';
import { toolTurn } from './tool-turns.ts';
import type { CurrentAttempt, NewEffect, TaskMessage, TaskMove, TaskSnapshot } from './snapshot.ts';

/** The purpose of a turn that only answers messages. */
export const hearing = 'hear';

/** Those that nobody has looked at: woken with them in its record, the task has them. */
export function arrived({ messages = [] }: TaskSnapshot): TaskMove | null {
  const ids = messages.filter(({ state }) => state === 'accepted').map(({ id }) => id);
  return ids.length > 0 ? { move: 'deliver', ids } : null;
}

/** Turns that may answer what they show. In the others (a plan, a verdict) a request would be read and never answered: it waits for a turn of hearing. */
export function mayAnswer(purpose: string): boolean {
  return purpose === hearing || purpose === 'work';
}

/** Another turn first, when a message has not been read and a model is there that could. Whoever waits for an answer that cannot come is told. */
export function unlessUnread(snapshot: TaskSnapshot, current: CurrentAttempt, move: TaskMove): TaskMove {
  return isLater(snapshot, move) ? heardFirst(snapshot, current, move) : move;
}

/** Who waits for answers hears what else it is told, and waits again: its questions stay open, unless it withdraws them. */
export function heardMeanwhile(snapshot: TaskSnapshot, current: CurrentAttempt, waits: TaskMove): TaskMove {
  const { task, effects, messages = [] } = snapshot;
  const open = effects.filter(({ status }) => status === 'waiting');
  const areQuestions = open.every(({ waits: why }) => why?.for === 'person' || why?.for === 'message');
  if (task.conversationId || !areQuestions) return waits;
  const more = hearingGoesOn(snapshot);
  // Agents that wait for each other are told apart by who hears while it waits: operators do not hear them.
  const hears = isChief(task) || messages.some((each) => isUnread(each) && each.wants);
  return more ?? (hears ? heardFirst(snapshot, current, waits, hearing) : waits);
}

/** What a turn of hearing wants next, its tools or another turn after them; null when there is none, or it has asked something itself. */
function hearingGoesOn(snapshot: TaskSnapshot): TaskMove | null {
  const { effects } = snapshot;
  const asker = effects.findLast(({ kind }) => kind === 'model');
  const asks = effects.some(({ turn, status }) => turn === effects.at(-1)?.turn && status === 'waiting');
  return asker?.purpose === hearing && !asks ? toolTurn(snapshot) : null;
}

function heardFirst(
  snapshot: TaskSnapshot,
  current: CurrentAttempt,
  move: TaskMove,
  purpose = isChief(snapshot.task) ? hearing : 'work',
): TaskMove {
  const { messages = [], models, outages = [] } = snapshot;
  const told = unlessStranded(snapshot, move);
  if (told !== move || !messages.some(isUnread)) return told;
  if (isSpent(snapshot, current)) return excuse(snapshot, move, 'No turn is left for your message.');
  const route = routeWork({ models, outages, current, purpose: 'work' });
  if (!route.choice && route.out.length > 0 && messages.some(isAsked)) return park(route.out);
  if (!route.choice) return excuse(snapshot, move, 'No model is there now that could read your message.');
  // A message may be gone by then (it expired, or was withdrawn): a turn that shows none is told to go on.
  const input = purpose === hearing ? {} : { input: { heard: true } };
  return { move: 'call', turn: lastTurn(snapshot) + 1, effects: [{ kind: 'model', purpose, ...input }] };
}

/** An agent waits for an answer of a Chief of Staff that has read the question and goes on to wait: nothing more would come. */
function unlessStranded({ messages = [], task }: TaskSnapshot, move: TaskMove): TaskMove {
  const ids = messages.filter((each) => isAsked(each) && each.shown).map(({ id }) => id);
  if (move.move !== 'wait' || !isChief(task) || ids.length === 0) return move;
  return { move: 'excuse', ids, text: 'It was read, and no answer came of it.' };
}

/** Nobody can read them now: whoever waits for an answer is told once, instead of nothing. */
export function excuse({ task, messages = [], plan }: TaskSnapshot, move: TaskMove, why: string): TaskMove {
  const ids = messages.filter((each) => isUnread(each) && (each.wants || isAsked(each))).map(({ id }) => id);
  if (move.move !== 'wait' || task.conversationId || ids.length === 0) return move;
  const asks = move.for === 'person' || move.for === 'message';
  const goesOn = asks
    ? 'It is read when the open question is answered.'
    : plan?.status === 'proposed'
      ? 'The plan waits as it is: accept it, or send it back with a reason.'
      : 'The plan is carried out as it is.';
  return { move: 'excuse', ids, text: `${why} ${goesOn}` };
}

/** Nothing else would show it for a while. */
function isLater({ plan }: TaskSnapshot, move: TaskMove): boolean {
  if (move.move !== 'wait') return move.move === 'complete';
  return move.for === 'children' || (move.for === 'approval' && plan?.status === 'proposed');
}

/** Turns of hearing, with the tools that they call, are none of the work's own. */
export function withoutHearing(snapshot: TaskSnapshot): TaskSnapshot {
  if (!snapshot.effects.some(({ purpose }) => purpose === hearing)) return snapshot;
  let heard = false;
  const effects = snapshot.effects.filter(({ kind, purpose }) => {
    if (kind === 'model') heard = purpose === hearing;
    return !heard;
  });
  return { ...snapshot, effects };
}

/** Model calls after turns of hearing are marked: they are told what has come of open calls since. */
export function afterHearing({ effects }: TaskSnapshot, move: TaskMove): TaskMove {
  if (!effects.some(({ purpose }) => purpose === hearing)) return move;
  if (move.move === 'rejectPlan') return { ...move, then: afterHeard(move.then) };
  return move.move === 'call' ? { ...move, effects: move.effects.map(afterHeard) } : move;
}

function afterHeard(effect: NewEffect): NewEffect {
  return effect.kind === 'model' ? { ...effect, input: { ...effect.input, heard: true } } : effect;
}

function isChief({ role, conversationId }: TaskSnapshot['task']): boolean {
  return role === 'chief_of_staff' && !conversationId;
}

function isUnread({ state, shown, opens }: TaskMessage): boolean {
  return state !== 'accepted' && !shown && !opens;
}

function isAsked({ asks, opens }: TaskMessage): boolean {
  return asks === true && !opens;
}

function lastTurn({ effects }: TaskSnapshot): number {
  return Math.max(0, ...effects.map(({ turn }) => turn));
}

/** A result that is there is not given up for a message that no turn is left for. */
function isSpent({ task, effects }: TaskSnapshot, current: CurrentAttempt): boolean {
  const turns = effects.filter((effect) => effect.kind === 'model' && !isSummary(effect)).length;
  return turns >= current.agent.spec.limits.maxTurns * (1 + (task.guardsLifted?.turns ?? 0));
}
