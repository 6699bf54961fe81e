import type { RateTask } from '../contracts/assignment.ts';
import { poorRating } from '../core/task/score-assignment.ts';
import { moveExperience } from '../db/assignment/agent-experience.ts';
import type { Tx } from '../db/record.ts';
import { lockTask, updateTask } from '../db/task-store.ts';
import { AppError } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

/**
 * A person says how good a result is. Poor work counts as a failure of the agent, and no longer when the rating is changed.
 * @throws AppError not_found, wrong_state
 */
export async function rateTask(
  tx: Tx,
  caller: Caller,
  { taskId, rating, note }: RateTask & { taskId: string },
): Promise<void> {
  requireOperator(caller);
  const task = await lockTask(tx, taskId);
  if (task.status !== 'completed')
    throw new AppError('wrong_state', `The task is ${task.status}: only a completed one can be rated.`);
  const [was, is] = [isPoor(task.rating), isPoor(rating)];
  const same = task.rating === rating && task.ratingNote === (note ?? null);
  if (same) return;
  await updateTask(tx, task, { rating, ratingNote: note ?? null });
  if (was !== is) await moveExperience(tx, task, { to: is ? 'bad' : 'good' });
  tx.emit({ stream: `task/${taskId}`, type: 'task.rated', data: { rating } }, { rootTaskId: task.rootId });
}

function isPoor(rating: number | null): boolean {
  return rating !== null && rating <= poorRating;
}
