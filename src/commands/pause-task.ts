import { setPaused } from '../db/standing/set-paused.ts';
import type { Tx } from '../db/record.ts';
import { type Caller, requireOperator } from './caller.ts';
import { requireUnfinished } from './require-unfinished.ts';

/**
 * What is at work below it finishes its present call or step; nothing new begins. Asking twice is the same as asking once.
 * @throws AppError not_found; wrong_state when it has ended or is being cancelled
 */
export async function pauseTask(tx: Tx, caller: Caller, input: { taskId: string }): Promise<{ id: string }> {
  requireOperator(caller);
  await setPaused(tx, { taskIds: [input.taskId] }, true);
  await requireUnfinished(tx, { table: 'tasks', id: input.taskId, verb: 'pause' });
  return { id: input.taskId };
}
