import { isFinished, type TaskStatus } from '../contracts/status.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound } from '../errors.ts';

/**
 * Asked after the work: who had to wait for somebody else's commit sees what that left, and what was done is undone.
 * @throws AppError not_found; wrong_state with the status that it ended in, or when it is being cancelled
 */
export async function requireUnfinished(
  tx: Tx,
  { table, id, verb }: { table: 'tasks' | 'runs'; id: string; verb: string },
): Promise<void> {
  const what = table === 'tasks' ? 'task' : 'run';
  const [row] = await tx.sql<{ status: TaskStatus; cancelRequestedAt: Date | null }>(
    `SELECT status, cancel_requested_at FROM ${table} WHERE id = $1 AND workspace_id = $2`,
    [id, tx.workspaceId],
  );
  if (!row) throw notFound(what, id);
  if (isFinished(row.status))
    throw new AppError('wrong_state', `The ${what} is ${row.status}: there is nothing left to ${verb}.`);
  if (row.cancelRequestedAt) throw new AppError('wrong_state', `The ${what} is being cancelled.`);
}
