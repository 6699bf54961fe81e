import type { TaskMove } from '../../core/task/snapshot.ts';
import type { WorkflowDefinition } from '../../contracts/workflow.ts';
import { notFound } from '../../errors.ts';
import { insertRun } from '../run-store.ts';
import { insertPlan, loadDefinition } from '../plan-store.ts';
import { updateTask } from '../task-store.ts';
import { type MoveContext, onTask, place } from './move-context.ts';

/** Keeps the plan as a workflow of its own (a template is used as it is) and makes the run that carries it out. */
export async function startPlan(
  context: MoveContext,
  move: Extract<TaskMove, { move: 'startPlan' }>,
): Promise<boolean> {
  const { tx, task, snapshot } = context;
  const { workflowId, version, definition } = await planOf(context, move);
  const runId = await insertRun(tx, {
    workflowId,
    version,
    definition,
    inputs: { goal: task.goal, files: snapshot.files.map((file) => file.id) },
    task: { id: task.id, rootId: task.rootId, priority: task.priority, depth: task.depth },
    actor: task.agentId ?? 'system',
  });
  await updateTask(tx, task, { planRunId: runId, planOrigin: move.origin, planReason: move.reason });
  const { name } = definition;
  tx.emit(
    onTask(task, 'plan.proposed', {
      runId,
      name,
      origin: move.origin,
      reason: move.reason,
      steps: definition.steps.length,
    }),
    place(context),
  );
  return true;
}

interface PlanVersion {
  workflowId: string;
  version: number;
  definition: WorkflowDefinition;
}

async function planOf(
  { tx, task }: MoveContext,
  { plan }: Extract<TaskMove, { move: 'startPlan' }>,
): Promise<PlanVersion> {
  if ('definition' in plan) {
    const workflowId = await insertPlan(tx, {
      definition: plan.definition,
      taskId: task.id,
      actor: task.agentId ?? 'system',
    });
    return { workflowId, version: 1, definition: plan.definition };
  }
  const found = await loadDefinition(tx, plan.workflowId);
  if (!found) throw notFound('workflow', plan.workflowId);
  return { workflowId: plan.workflowId, ...found };
}
