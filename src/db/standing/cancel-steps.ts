import type { StepStatus } from '../../contracts/status.ts';
import type { RunRow } from '../mappings/run.ts';
import type { Tx } from '../record.ts';

/** Steps that end with their run, whatever they were about to do. @returns what they had begun */
export async function cancelSteps(
  tx: Tx,
  run: Pick<RunRow, 'id' | 'rootTaskId'>,
  { statuses, reason }: { statuses: StepStatus[]; reason: string },
): Promise<{ taskId: string | null; childRunId: string | null }[]> {
  const rows = await tx.sql<{ key: string; taskId: string | null; childRunId: string | null }>(
    `UPDATE steps SET status = 'cancelled', ended_at = now() WHERE run_id = $1 AND status = ANY ($2) RETURNING key, task_id, child_run_id`,
    [run.id, statuses],
  );
  for (const { key, taskId } of rows) {
    const data = { key, title: key, taskId, reason };
    tx.emit({ stream: `run/${run.id}`, type: 'step.cancelled', data }, { rootTaskId: run.rootTaskId });
  }
  return rows;
}
