/**
 * Writes one move of a task. Each function answers whether there is more to decide; null, with nothing written: not in passing.
 */
import type { TaskMove } from '../../core/task/snapshot.ts';
import { dropCalls } from '../calls/drop-calls.ts';
import { planEffects } from '../effect-store.ts';
import type { TaskRow } from '../mappings/task.ts';
import { deliverMessages, excuseMessages } from '../messages/in-task.ts';
import { updateTask } from '../task-store.ts';
import { assign } from './assign.ts';
import { cancelTaskNow, completeTask, endAttempt, failTask } from './end-task.ts';
import { type MoveContext, notWaiting, place } from './move-context.ts';
import { onTask } from './on-task.ts';
import { carryOut, declinePlan, proposePlan } from './propose-plan.ts';
import { clockStarted, resume, wait } from './wait.ts';

type Done = Promise<boolean>;

export async function applyTaskMove(context: MoveContext, move: TaskMove): Promise<boolean | null> {
  switch (move.move) {
    case 'rest':
      return false;
    case 'assign':
      return assign(context);
    case 'begin':
      return begin(context);
    case 'resume':
      return resume(context);
    case 'wait':
      return wait(context, move, { waitsOn: move.on ?? null });
    case 'call':
      return call(context, move);
    case 'deliver':
      await deliverMessages(context.tx, context.task, move.ids);
      return true;
    case 'excuse':
      await excuseMessages(context.tx, context.task, move);
      return true;
    case 'abandon':
      return abandon(context, move.keys);
    case 'again':
      return again(context, move.keys);
    case 'proposePlan':
      return proposePlan(context, move);
    case 'carryOut':
      return carryOut(context);
    case 'declinePlan':
      return declinePlan(context, move.reason);
    case 'rejectPlan':
      context.tx.emit(
        onTask(context.task, 'plan.rejected', { reason: move.reason, problems: move.problems }),
        place(context),
      );
      return call(context, { move: 'call', turn: move.turn, effects: [move.then] });
    case 'complete':
      return completeTask(context, move.result);
    case 'endAttempt':
      return endAttempt(context, move.error);
    case 'fail':
      return failTask(context, move.error);
    case 'cancel':
      return cancelTaskNow(context, move.reason);
  }
}

/** An attempt of nobody: the step is a tool call. */
async function begin({ tx, task }: MoveContext): Done {
  await updateTask(tx, task, { status: 'assigned', attempt: task.attempt + 1, ...notWaiting });
  return true;
}

async function call(
  { tx, task, snapshot, world }: MoveContext,
  move: Extract<TaskMove, { move: 'call' }>,
): Done {
  const first = snapshot.effects.length === 0;
  const waited = task.waitingFor;
  const planned = await planEffects(tx, task, move);
  snapshot.effects.push(...planned);
  await updateTask(tx, task, {
    status: 'in_progress',
    startedAt: task.startedAt ?? new Date(),
    // Who holds no slot (a reply in a conversation) goes on without taking one again.
    ...(first ? timeOf(snapshot.current, { task, now: world.now }) : clockStarted(task, world.now)),
    ...notWaiting,
  });
  const told = { rootTaskId: task.rootId };
  if (first) tx.emit(onTask(task, 'task.started', startedBy(snapshot.current, task)), told);
  else if (waited) tx.emit(onTask(task, 'task.resumed', { after: waited }), told);
  return false;
}

function startedBy(current: MoveContext['snapshot']['current'], { attempt }: TaskRow) {
  if (!current) return { agentId: null, agentName: null, attempt };
  return { agentId: current.agent.id, agentName: current.agent.name, attempt };
}

/** The time guard of a new attempt: when it is over. */
function timeOf(
  current: MoveContext['snapshot']['current'],
  { task, now }: { task: TaskRow; now: Date },
): Partial<TaskRow> {
  const minutes = (current?.agent.spec.limits.maxMinutes ?? 0) * (1 + (task.guardsLifted.time ?? 0));
  return {
    workUntil: minutes > 0 ? new Date(now.getTime() + minutes * 60_000) : null,
    workLeftSeconds: null,
  };
}

/** The error stays until the next try: it says why there is another. */
async function again(context: MoveContext, keys: string[]): Done {
  const { tx, task } = context;
  const waited = task.waitingFor;
  await tx.sql(
    `UPDATE effects SET status = 'planned', settled_at = NULL WHERE task_id = $1 AND key = ANY ($2) AND status IN ('failed', 'parked', 'waiting')`,
    [task.id, keys],
  );
  await updateTask(tx, task, {
    status: 'in_progress',
    ...notWaiting,
    ...clockStarted(task, context.world.now),
  });
  if (waited) tx.emit(onTask(task, 'task.resumed', { after: waited }), place(context));
  return true;
}

async function abandon({ tx, task }: MoveContext, keys: string[]): Done {
  await dropCalls(tx, task, { keys, reason: task.cancelReason ?? 'The call is not wanted any more.' });
  await tx.sql(
    `UPDATE effects SET status = 'abandoned', settled_at = now() WHERE task_id = $1 AND key = ANY ($2)`,
    [task.id, keys],
  );
  return true;
}
