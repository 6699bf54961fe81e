import { setPaused } from '../db/standing/set-paused.ts';
import type { Tx } from '../db/record.ts';
import { type Caller, requireOperator } from './caller.ts';
import { requireUnfinished } from './require-unfinished.ts';

/**
 * It goes on where it stood. Asking twice is the same as asking once.
 * @throws AppError not_found; wrong_state when it has ended or is being cancelled
 */
export async function resumeTask(tx: Tx, caller: Caller, input: { taskId: string }): Promise<{ id: string }> {
  requireOperator(caller);
  await setPaused(tx, { taskIds: [input.taskId] }, false);
  await requireUnfinished(tx, { table: 'tasks', id: input.taskId, verb: 'resume' });
  return { id: input.taskId };
}
