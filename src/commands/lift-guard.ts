import type { LiftGuard } from '../contracts/guard.ts';
import type { AgentSpec } from '../contracts/agent.ts';
import { isFinished } from '../contracts/status.ts';
import { onTask } from '../db/standing/on-task.ts';
import type { TaskRow } from '../db/mappings/task.ts';
import type { Tx } from '../db/record.ts';
import { lockTask, updateTask } from '../db/task-store.ts';
import { AppError } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

/**
 * Gives a task that a guard holds up its allowance once more, as often as it takes to go on exactly there.
 * @throws AppError not_found; wrong_state when no guard, or another one, holds it up
 */
export async function liftGuard(
  tx: Tx,
  caller: Caller,
  { taskId, guard, note }: { taskId: string } & LiftGuard,
): Promise<{ id: string }> {
  requireOperator(caller);
  const task = await lockTask(tx, taskId);
  const tripped = task.guardTripped;
  if (isFinished(task.status))
    throw new AppError('wrong_state', `The task is ${task.status}: there is nothing left to lift.`);
  if (!tripped) throw new AppError('wrong_state', 'No guard holds this task up.');
  if (guard !== undefined && guard !== tripped.guard)
    throw new AppError(
      'wrong_state',
      `What holds this task up is the guard "${tripped.guard}", not "${guard}".`,
    );
  const lifted = (task.guardsLifted[tripped.guard] ?? 0) + (tripped.allowances ?? 1);
  await updateTask(tx, task, {
    guardTripped: null,
    guardsLifted: { ...task.guardsLifted, [tripped.guard]: lifted },
    ...(tripped.guard === 'time' ? { workLeftSeconds: (await minutesOf(tx, task)) * 60 } : {}),
  });
  tx.emit(onTask(task, 'guard.lifted', { guard: tripped.guard, note: note ?? null }), {
    rootTaskId: task.rootId,
  });
  tx.wake({ target: `task/${task.id}`, label: task.title, rootTaskId: task.rootId });
  return { id: task.id };
}

/** Once more what the attempt was given. */
async function minutesOf(tx: Tx, task: TaskRow): Promise<number> {
  const [row] = await tx.sql<{ spec: AgentSpec }>(
    `SELECT r.spec FROM attempts a JOIN agent_revisions r ON r.agent_id = a.agent_id AND r.revision = a.agent_revision
      WHERE a.task_id = $1 AND a.n = $2`,
    [task.id, task.attempt],
  );
  return row?.spec.limits.maxMinutes ?? 60;
}
