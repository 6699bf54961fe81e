/**
 * Where a task stands: given the record, the one next move. Asked again after every move until the answer is `rest`.
 *
 * 1. A finished task never moves; messages that come to it are sent back.
 * 2. A cancel wins over everything: what is not claimed is abandoned, what is claimed must end first.
 * 3. While an effect is open (planned or claimed) there is nothing to decide.
 * 4. A call that was given up because of an outage goes to another model, or the task parks; nothing is planned that nobody could answer.
 * 5. A call that no purse had room for is asked again when there is room; until then the task waits.
 * 6. A tool call that waits for somebody is answered before anything else is decided.
 * 7. A waiting task moves only when its reason is gone, and takes a slot again before it works.
 */
import { isFinished } from '../../contracts/status.ts';
import { chiefOfStaffMove, isUnderWay } from './chief-of-staff.ts';
import { operatorMove } from './master-operator.ts';
import { aroundBudget } from './budget.ts';
import { aroundRateLimit } from './rate-limit.ts';
import { isAsked } from './replanning.ts';
import { aroundOutage, unlessOut } from './outage.ts';
import { unlessGuarded } from './guards.ts';
import { afterHearing, arrived, excuse, heardMeanwhile, unlessUnread } from './messages.ts';
import { unlessFull, withoutSummaries } from './summaries.ts';
import { toolTaskMove } from './tool-task.ts';
import { aroundWaitingTools, firstEnd } from './waiting-tools.ts';
import type { CurrentAttempt, EffectFacts, TaskMove, TaskSnapshot } from './snapshot.ts';

export const maxAttempts = 3;

export function nextTaskMove(snapshot: TaskSnapshot): TaskMove {
  const { task, current, effects } = snapshot;
  const came = arrived(snapshot);
  if (came) return came;
  if (isFinished(task.status)) return { move: 'rest' };
  if (task.cancelRequestedAt) return cancelMove(snapshot);
  if (task.pausedAt && !effects.some(isOpen))
    return settled(snapshot, {
      move: 'wait',
      for: 'paused',
      detail: 'Paused by a person',
      // What was asked before is over in its time, and so is a person's right to decide it.
      until: firstEnd(effects),
    });
  const files = fileMove(snapshot);
  if (files) return files;
  if (task.toolCall) return settled(snapshot, toolTaskMove(snapshot, task.toolCall));
  if (!current) return assignMove(snapshot);
  if (effects.some(isOpen)) return { move: 'rest' };
  const move =
    aroundRateLimit(snapshot) ??
    aroundBudget(snapshot) ??
    waitingMove(snapshot, current) ??
    aroundOutage(snapshot, current) ??
    unlessOut(snapshot, current, guardedMove(snapshot, current));
  return needsSlot(move) && !task.holdsSlot && !task.conversationId
    ? { move: 'resume' }
    : settled(snapshot, move);
}

function waitingMove(snapshot: TaskSnapshot, current: CurrentAttempt): TaskMove | null {
  const waits = aroundWaitingTools(snapshot);
  if (waits?.move !== 'wait') return waits;
  const move = heardMeanwhile(snapshot, current, waits);
  // Nothing is summarised now: the conversation is in the middle of a call.
  if (move === waits) return waits;
  const next = unlessOut(snapshot, current, unlessGuarded(snapshot, current, move));
  // Held up by something else, it still looks when what it has asked is over.
  return next.move === 'wait' && next.until === undefined ? { ...next, until: waits.until ?? null } : next;
}

function guardedMove(snapshot: TaskSnapshot, current: CurrentAttempt): TaskMove {
  const move = unlessUnread(snapshot, current, workMove(snapshot, current));
  return afterHearing(snapshot, unlessGuarded(snapshot, current, unlessFull(snapshot, current, move)));
}

function workMove(snapshot: TaskSnapshot, current: CurrentAttempt): TaskMove {
  const own = withoutSummaries(snapshot);
  return snapshot.task.role === 'chief_of_staff' && !snapshot.task.conversationId
    ? chiefOfStaffMove(own, current)
    : operatorMove(own, current);
}

export function isOpen(effect: EffectFacts): boolean {
  return effect.status === 'planned' || effect.status === 'claimed';
}

/** Not claimed, so nothing of it is under way. */
const abandonable = new Set<EffectFacts['status']>(['planned', 'parked', 'waiting']);

function cancelMove({ task, effects, planRun }: TaskSnapshot): TaskMove {
  const planned = effects.filter(({ status }) => abandonable.has(status));
  if (planned.length > 0) return { move: 'abandon', keys: planned.map((effect) => effect.key) };
  if (effects.some((effect) => effect.status === 'claimed')) return { move: 'rest' };
  if (planRun && !isFinished(planRun.status)) return { move: 'rest' };
  return { move: 'cancel', reason: task.cancelReason ?? 'Cancelled.' };
}

/** What comes with a message later is waited for between two turns; where it cannot be read the work goes on without it. */
function fileMove(snapshot: TaskSnapshot): TaskMove | null {
  const { task, files, effects } = snapshot;
  if (effects.some(isOpen)) return null;
  const failed = files.find((file) => file.status === 'failed');
  if (failed && task.attempt === 0) {
    const why = failed.problem?.message ?? 'It could not be read.';
    return {
      move: 'fail',
      error: { code: failed.problem?.code ?? 'unreadable_file', message: `${failed.name}: ${why}` },
    };
  }
  const open = files.filter((file) => file.status !== 'ready' && file.status !== 'failed');
  if (open.length === 0) return null;
  const detail = `Reading ${open.map((file) => file.name).join(', ')}`;
  return settled(snapshot, { move: 'wait', for: 'files', detail });
}

/** A Chief of Staff that nobody takes over any more leaves its run to end: without a new plan, if it waits for one. */
function assignMove(snapshot: TaskSnapshot): TaskMove {
  const move = nextAttempt(snapshot);
  if (move.move !== 'fail' || !isUnderWay(snapshot)) return move;
  if (isAsked(snapshot)) return { move: 'declinePlan', reason: move.error.message };
  const until: TaskMove = { move: 'wait', for: 'children', detail: move.error.message };
  return settled(snapshot, excuse(snapshot, until, 'Nobody works on this plan any more.'));
}

function nextAttempt({ task, failedAttempts }: TaskSnapshot): TaskMove {
  const last = failedAttempts.at(-1);
  if (last && failedAttempts.length >= maxAttempts) {
    const error = last.error ?? { code: 'step_failed', message: 'The last attempt failed.' };
    return {
      move: 'fail',
      error: { ...error, message: `After ${failedAttempts.length} attempts: ${error.message}` },
    };
  }
  if (last && task.wantedAgentId)
    return { move: 'fail', error: last.error ?? { code: 'step_failed', message: 'The attempt failed.' } };
  return { move: 'assign' };
}

function needsSlot(move: TaskMove): boolean {
  return move.move === 'call' || move.move === 'rejectPlan' || move.move === 'again';
}

/** Waiting for the same reason in the same words, until the same time, is not a change. */
function settled({ task }: TaskSnapshot, move: TaskMove): TaskMove {
  const same =
    move.move === 'wait' &&
    task.status === 'waiting' &&
    task.waitingFor === move.for &&
    task.waitingDetail === move.detail &&
    (move.until === undefined || move.until?.getTime() === task.wakeAt?.getTime());
  return same ? { move: 'rest' } : move;
}
