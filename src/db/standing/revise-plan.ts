/**
 * A Chief of Staff wants to write its plan again. One that waits for a person is taken back here, with the task's lock, so that a person's yes
 * comes before it or finds it gone. Of one that is carried out only the task is locked, and runs are locked before their tasks: so the wish
 * is a plan without steps that the run takes up in a decision of its own (`follow-plan.ts`).
 */
import { type OpenPlan, whyNoRevision } from '../../core/task/revising.ts';
import type { TaskRow } from '../mappings/task.ts';
import { decidePlan, findPlan, insertPlan } from '../plan-store.ts';
import type { Tx } from '../record.ts';
import { onTask } from './on-task.ts';

/** @returns why there will be none; else which plan is written again */
export async function revisePlan(
  tx: Tx,
  task: TaskRow,
  reason: string,
): Promise<{ problem: string } | { again: 'the whole' | 'the rest' }> {
  const plan = task.role === 'chief_of_staff' ? await loadOpenPlan(tx, task) : nothingOpen;
  const problem = whyNoRevision(plan);
  if (problem !== null) return { problem };
  if (plan.waits) await takeBack(tx, task, { n: plan.newestN, reason });
  else await wantNewRest(tx, task, { n: plan.newestN + 1, reason });
  return { again: plan.waits ? 'the whole' : 'the rest' };
}

interface Wish {
  n: number;
  reason: string;
}

async function takeBack(tx: Tx, task: TaskRow, { n, reason }: Wish): Promise<void> {
  const plan = await findPlan(tx, task.id, n);
  if (!plan) throw new Error(`Task ${task.id} has no plan ${n}.`);
  const by = task.agentId ?? 'system';
  const { workflowId, workflowVersion } = plan;
  await decidePlan(tx, plan, { status: 'withdrawn', note: reason, workflowId, workflowVersion, by });
  tx.emit(onTask(task, 'plan.rejected', { reason, problems: 0 }), { rootTaskId: task.rootId, actor: by });
}

async function wantNewRest(tx: Tx, task: TaskRow, { n, reason }: Wish): Promise<void> {
  const none = { workflowId: null, workflowVersion: null, changes: null, corrections: null };
  const said = { kind: 'revision', status: 'wanted', origin: 'model', reason } as const;
  await insertPlan(tx, { taskId: task.id, n, ...said, ...none });
  tx.emit(onTask(task, 'task.progressed', { note: `A new rest of the plan is wanted: ${reason}` }), {
    rootTaskId: task.rootId,
  });
  tx.wake({ target: `run/${task.planRunId}`, label: task.title, rootTaskId: task.rootId });
}

type LoadedPlan = OpenPlan & { newestN: number };
const nothingOpen: LoadedPlan = { waits: false, takenBack: 0, run: null, newestN: 0 };

export async function loadOpenPlan(
  tx: Tx,
  { id, planRunId }: Pick<TaskRow, 'id' | 'planRunId'>,
): Promise<LoadedPlan> {
  const [row] = await tx.sql<LoadedPlan>(
    `SELECT coalesce((array_agg(p.status ORDER BY p.n DESC))[1] = 'proposed', false) AS waits, coalesce(max(p.n), 0) AS newest_n,
            count(*) FILTER (WHERE p.status = 'withdrawn')::int AS taken_back,
            (SELECT json_build_object('status', r.status, 'planN', r.plan_n, 'replan', r.replan, 'newestN', coalesce(max(p.n), 0))
               FROM runs r WHERE r.id = $2 AND r.workspace_id = $3) AS run
       FROM plans p WHERE p.task_id = $1 AND p.workspace_id = $3`,
    [id, planRunId, tx.workspaceId],
  );
  return row ?? nothingOpen;
}
