import { isFinished, type TaskStatus } from '../contracts/status.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound } from '../errors.ts';

/** @throws AppError not_found; wrong_state with the status that it ended in */
export async function requireUnfinished(
  tx: Tx,
  { table, id, verb }: { table: 'tasks' | 'runs'; id: string; verb: string },
): Promise<void> {
  const what = table === 'tasks' ? 'task' : 'run';
  const [row] = await tx.sql<{ status: TaskStatus }>(
    `SELECT status FROM ${table} WHERE id = $1 AND workspace_id = $2`,
    [id, tx.workspaceId],
  );
  if (!row) throw notFound(what, id);
  if (isFinished(row.status))
    throw new AppError('wrong_state', `The ${what} is ${row.status}: there is nothing left to ${verb}.`);
}
