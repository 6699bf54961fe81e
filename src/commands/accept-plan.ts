import { checkPlan } from '../core/task/check-plan.ts';
import type { AcceptPlan } from '../contracts/plan.ts';
import type { WorkflowDefinition } from '../contracts/workflow.ts';
import { decidePlan, keepPlanDefinition, loadUnderWay } from '../db/plan-store.ts';
import type { PlanRow } from '../db/mappings/plan.ts';
import type { TaskRow } from '../db/mappings/task.ts';
import type { Tx } from '../db/record.ts';
import { loadTeam } from '../db/standing/load-team.ts';
import { onTask } from '../db/standing/on-task.ts';
import { AppError } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';
import { lockProposedPlan } from './proposed-plan.ts';
import type { ToolsOf } from './tools-of.ts';

/**
 * Lets a plan be carried out, as it was proposed or as the person edited it; what was proposed stays in the record.
 * @throws AppError not_found; wrong_state when no plan waits; precondition_failed when it is not the one that was seen; invalid_workflow with a pointer to each fault of an edited one
 */
export async function acceptPlan(
  tx: Tx,
  caller: Caller,
  { taskId, n, definition, note, toolsOf }: { taskId: string; toolsOf: ToolsOf } & AcceptPlan,
): Promise<{ id: string }> {
  requireOperator(caller);
  const { task, plan } = await lockProposedPlan(tx, { taskId, n }, 'accept');
  const edited = definition === undefined ? null : await readEdited(tx, task, { plan, definition, toolsOf });
  const version = edited ? await keepPlanDefinition(tx, task, edited) : null;
  await decidePlan(tx, plan, {
    status: 'accepted',
    note: note ?? null,
    edited: edited !== null,
    workflowId: version?.workflowId ?? plan.workflowId,
    workflowVersion: version?.version ?? plan.workflowVersion,
  });
  const place = { rootTaskId: task.rootId };
  tx.emit(
    onTask(task, 'plan.accepted', { n: plan.n, runId: task.planRunId, edited: edited !== null }),
    place,
  );
  tx.wake({ target: `task/${task.id}`, label: task.title, ...place });
  if (task.planRunId) tx.wake({ target: `run/${task.planRunId}`, label: task.title, ...place });
  return { id: task.id };
}

/** Of a revision, only the rest can be edited: what has begun is kept as it is. */
async function readEdited(
  tx: Tx,
  task: TaskRow,
  { plan, definition: given, toolsOf }: { plan: PlanRow; definition: unknown; toolsOf: ToolsOf },
): Promise<WorkflowDefinition> {
  const files = await tx.sql<{ id: string; name: string; status: string; problem: null }>(
    'SELECT f.id, f.name, f.status, f.problem FROM task_files tf JOIN files f ON f.id = tf.file_id WHERE tf.task_id = $1',
    [task.id],
  );
  const team = await loadTeam(tx, { tools: await toolsOf(tx) }, task.rootId);
  const underWay = plan.kind === 'revision' && task.planRunId ? await loadUnderWay(tx, task.planRunId) : null;
  const { definition, problems } = checkPlan(given, { team, files, maxSteps: null }, underWay);
  if (definition) return definition;
  const places = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  throw new AppError('invalid_workflow', `The plan has ${places}.`, {
    problems: problems.map((problem) => ({ ...problem, pointer: `/definition${problem.pointer}` })),
  });
}
