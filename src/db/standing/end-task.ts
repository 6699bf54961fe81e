/** How an attempt and a task end: outcome, slot, event, and a wake-up for the run that waits, in one transaction. */
import type { Failure, TaskResult } from '../../contracts/task.ts';
import { countsAgainstAgent } from '../../core/agent-status.ts';
import { shutGate } from '../assignment/agent-gate.ts';
import { countOutcome, freeSlot } from '../assignment/agent-slots.ts';
import { leaveQueue } from '../assignment/capacity-waiters.ts';
import { dropCalls } from '../calls/drop-calls.ts';
import type { TaskPatch } from '../task-store.ts';
import { endMessages } from '../messages/in-task.ts';
import { updateTask } from '../task-store.ts';
import { type MoveContext, notWaiting, place } from './move-context.ts';
import { onTask } from './on-task.ts';
import { parentWakeMs } from './take-wakes.ts';

export async function completeTask(context: MoveContext, result: TaskResult): Promise<boolean> {
  await closeAttempt(context, 'completed', null);
  await finish(context, { status: 'completed', result });
  context.tx.emit(onTask(context.task, 'task.completed', { chars: result.markdown.length }), place(context));
  return false;
}

export async function failTask(context: MoveContext, error: Failure): Promise<boolean> {
  await closeAttempt(context, 'failed', error);
  await finish(context, { status: 'failed', error });
  context.tx.emit(onTask(context.task, 'task.failed', error), place(context));
  return false;
}

export async function cancelTaskNow(context: MoveContext, reason: string): Promise<boolean> {
  await closeAttempt(context, 'cancelled', null);
  await finish(context, { status: 'cancelled' });
  context.tx.emit(onTask(context.task, 'task.cancelled', { reason }), place(context));
  return false;
}

/** The attempt failed; the task goes on to another agent. */
export async function endAttempt(context: MoveContext, error: Failure): Promise<boolean> {
  const { tx, task } = context;
  const fromAgentId = task.agentId;
  // A slot is given back and another one taken in one transaction: the gate comes before the rows of agents.
  await shutGate(tx);
  await closeAttempt(context, 'failed', error);
  await updateTask(tx, task, { status: 'assigned', agentId: null, holdsSlot: false, ...notWaiting });
  if (fromAgentId)
    tx.emit(
      onTask(task, 'task.redistributed', { fromAgentId, attempt: task.attempt, reason: error }),
      place(context),
    );
  return true;
}

async function closeAttempt(
  { tx, task, snapshot, world }: MoveContext,
  status: 'completed' | 'failed' | 'cancelled',
  error: Failure | null,
): Promise<void> {
  const unanswered = snapshot.effects.flatMap(({ key, status }) => (status === 'waiting' ? [key] : []));
  const reason = error?.message ?? 'The task ended before it was decided.';
  await dropCalls(tx, task, { keys: unanswered, reason });
  if (!snapshot.current || !task.agentId) return;
  tx.write(
    `UPDATE attempts SET status = $3, error = $4, ended_at = now() WHERE task_id = $1 AND n = $2 AND status = 'running'`,
    [task.id, task.attempt, status, error ? JSON.stringify(error) : null],
  );
  const counts = status === 'completed' || (status === 'failed' && countsAgainstAgent(error?.code));
  const outcome = counts
    ? {
        good: status === 'completed',
        names: task.requires.map(({ name }) => name),
        taskId: task.id,
        attempt: task.attempt,
        now: world.now,
      }
    : undefined;
  if (task.holdsSlot) freeSlot(tx, task.agentId, outcome);
  else if (outcome) countOutcome(tx, task.agentId, outcome);
}

async function finish({ tx, task, snapshot }: MoveContext, patch: TaskPatch): Promise<void> {
  const waited = task.waitingFor === 'capacity';
  await updateTask(tx, task, { ...patch, holdsSlot: false, endedAt: new Date(), ...notWaiting });
  if (waited) leaveQueue(tx);
  if (snapshot.messages?.length) await endMessages(tx, task, { status: task.status, ...patch });
  if (!task.runId && task.parentId)
    tx.wake({
      target: `task/${task.parentId}`,
      label: task.title,
      rootTaskId: task.rootId,
      afterMs: parentWakeMs,
    });
  if (task.conversationId)
    tx.wake({ target: `conversation/${task.conversationId}`, label: task.title, afterMs: parentWakeMs });
  if (task.runId)
    tx.wake({
      target: `run/${task.runId}`,
      label: task.title,
      rootTaskId: task.rootId,
      // One that was opened again was most often not started by its run, which then hears nothing from Temporal.
      ...(task.attemptsBefore > 0 ? {} : { afterMs: parentWakeMs }),
    });
}
