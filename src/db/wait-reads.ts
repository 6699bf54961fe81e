import type { WaitingFor } from '../contracts/status.ts';
import { type WaitChange, waitedMs } from '../core/task/waited.ts';
import type { AttemptRow } from './mappings/attempt.ts';
import type { TaskRow } from './mappings/task.ts';
import type { Tx } from './record.ts';

type WaitedTask = Pick<TaskRow, 'id' | 'status' | 'waitingSince' | 'startedAt' | 'endedAt'>;
type WaitedAttempt = Pick<AttemptRow, 'taskId' | 'n' | 'startedAt' | 'endedAt'>;

/** The key of an attempt beside the ids of tasks. */
export function attemptOf({ taskId, n }: Pick<AttemptRow, 'taskId' | 'n'>): string {
  return `${taskId}/${n}`;
}

/** Milliseconds that tasks and their attempts stood still, without the wait that is under way; by id, and by `attemptOf`. */
export async function readWaited(
  tx: Tx,
  tasks: readonly WaitedTask[],
  attempts: readonly WaitedAttempt[],
): Promise<Map<string, number>> {
  const changes = await readWaits(
    tx,
    tasks.map(({ id }) => id),
  );
  const sinceOf = new Map(
    tasks.map((task) => [task.id, task.status === 'waiting' ? task.waitingSince : null]),
  );
  const waited = (taskId: string, { startedAt, endedAt }: Pick<WaitedTask, 'startedAt' | 'endedAt'>) =>
    startedAt === null
      ? 0
      : waitedMs({ startedAt, endedAt }, changes.get(taskId) ?? [], sinceOf.get(taskId) ?? null);
  return new Map([
    ...tasks.map((task) => [task.id, waited(task.id, task)] as const),
    ...attempts.map((attempt) => [attemptOf(attempt), waited(attempt.taskId, attempt)] as const),
  ]);
}

/** When tasks began to wait, and went on, by their id. Those that never did are missing, or went on only. */
async function readWaits(tx: Tx, taskIds: readonly string[]): Promise<Map<string, WaitChange[]>> {
  const rows = await tx.sql<{ id: string; at: Date; for: WaitingFor | null }>(
    `SELECT substr(stream, 6) AS id, at, CASE WHEN type = 'task.waiting' THEN data ->> 'for' END AS for FROM events
      WHERE stream = ANY ($1) AND workspace_id = $2 AND type IN ('task.waiting', 'task.resumed', 'task.started', 'task.assigned')
      ORDER BY stream, seq`,
    [taskIds.map((id) => `task/${id}`), tx.workspaceId],
  );
  return Map.groupBy(rows, ({ id }) => id);
}
