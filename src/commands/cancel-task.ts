import { isFinished, type TaskStatus } from '../contracts/status.ts';
import { requestCancel } from '../db/standing/request-cancel.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

/**
 * Asks a task and everything below it to stop. Asking twice is the same as asking once.
 * @throws AppError not_found; wrong_state when it has ended already
 */
export async function cancelTask(
  tx: Tx,
  caller: Caller,
  input: { taskId: string; reason?: string | undefined },
): Promise<{ id: string }> {
  requireOperator(caller);
  const reason = input.reason ?? 'Cancelled by a person.';
  await requestCancel(tx, { taskIds: [input.taskId], reason });
  // Asked after it: who had to wait for the end of the task sees it, and what was done is undone.
  const [task] = await tx.sql<{ status: TaskStatus }>(
    'SELECT status FROM tasks WHERE id = $1 AND workspace_id = $2',
    [input.taskId, tx.workspaceId],
  );
  if (!task) throw notFound('task', input.taskId);
  if (isFinished(task.status) && task.status !== 'cancelled')
    throw new AppError('wrong_state', `The task is ${task.status}: there is nothing left to cancel.`);
  return { id: input.taskId };
}
