import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';

/**
 * An attempt that has made no call yet begins with its agent as that is now: somebody may have let it use other models. Who begins an attempt
 * holds its agent until it has committed that it waits, so whoever changes the agent then sees it waiting, and wakes it.
 */
export async function takeRevision(tx: Tx, { id, attempt }: Pick<TaskRow, 'id' | 'attempt'>): Promise<void> {
  await tx.sql(
    `UPDATE attempts t SET agent_revision = a.revision FROM agents a
      WHERE t.task_id = $1 AND t.n = $2 AND t.status = 'running' AND a.id = t.agent_id AND a.revision <> t.agent_revision
        AND NOT EXISTS (SELECT 1 FROM effects e WHERE e.task_id = $1 AND e.attempt = $2)`,
    [id, attempt],
  );
}
