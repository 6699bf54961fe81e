/**
 * A Chief of Staff wants a new rest of its plan. Its task is locked here, and runs are locked before their tasks: so the wish is a plan
 * without steps that the run takes up in a decision of its own (`follow-plan.ts`).
 */
import { type RevisedRun, whyNoRevision } from '../../core/task/revising.ts';
import type { TaskRow } from '../mappings/task.ts';
import { insertPlan } from '../plan-store.ts';
import type { Tx } from '../record.ts';

/** @returns why there will be none; null when the run was asked */
export async function revisePlan(tx: Tx, task: TaskRow, reason: string): Promise<string | null> {
  const run = task.role === 'chief_of_staff' ? await loadRevisedRun(tx, task) : null;
  const problem = run ? whyNoRevision(run) : 'There is no plan of yours that is being carried out.';
  if (problem !== null || !run) return problem;
  const none = { workflowId: null, workflowVersion: null, changes: null, corrections: null };
  const said = { kind: 'revision', status: 'wanted', origin: 'model', reason } as const;
  await insertPlan(tx, { taskId: task.id, n: run.newestN + 1, ...said, ...none });
  const data = { note: `A new rest of the plan is wanted: ${reason}` };
  tx.emit({ stream: `task/${task.id}`, type: 'task.progressed', data }, { rootTaskId: task.rootId });
  tx.wake({ target: `run/${task.planRunId}`, label: task.title, rootTaskId: task.rootId });
  return null;
}

/** Null: the task has no run of a plan. */
export async function loadRevisedRun(
  tx: Tx,
  { id, planRunId }: Pick<TaskRow, 'id' | 'planRunId'>,
): Promise<RevisedRun | null> {
  if (planRunId === null) return null;
  const [run] = await tx.sql<RevisedRun>(
    `SELECT status, plan_n, replan, coalesce((SELECT max(n) FROM plans WHERE task_id = $2), 0) AS newest_n
       FROM runs WHERE id = $1 AND workspace_id = $3`,
    [planRunId, id, tx.workspaceId],
  );
  return run ?? null;
}
