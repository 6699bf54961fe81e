/**
 * Writes what a Chief of Staff decides about its plan. It never touches a run that goes on: the run is locked before its task everywhere,
 * so it takes up what was accepted in a decision of its own (`follow-plan.ts`), for which it is woken here.
 */
import type { TaskMove } from '../../core/task/snapshot.ts';
import { AppError, notFound } from '../../errors.ts';
import { findPlan, insertPlan, keepPlanDefinition, loadDefinition } from '../plan-store.ts';
import { insertRun } from '../run-store.ts';
import { updateTask } from '../task-store.ts';
import { findVersion } from '../workflow-store.ts';
import { type MoveContext, place } from './move-context.ts';
import { onTask } from './on-task.ts';

type Proposal = Extract<TaskMove, { move: 'proposePlan' }>;

export async function proposePlan(context: MoveContext, move: Proposal): Promise<boolean> {
  const { tx, task, snapshot } = context;
  const { workflowId, version, definition } = await versionOf(context, move);
  const { kind, origin, reason, changes = null, corrections = null } = move;
  const n = (snapshot.plan?.n ?? 0) + 1;
  const status = move.accepted ? 'accepted' : 'proposed';
  const plan = { taskId: task.id, n, kind, status, origin, reason, changes, corrections } as const;
  await insertPlan(tx, { ...plan, workflowId, workflowVersion: version });
  if (kind === 'correction') {
    await updateTask(tx, task, { correctedAt: context.world.now });
    const note = `The result was judged: ${corrections?.map(({ step }) => step).join(', ')} to be done again.`;
    tx.emit(onTask(task, 'task.progressed', { note }), place(context));
  } else {
    const { name, steps } = definition;
    const data = { n, runId: task.planRunId, name, origin, reason, steps: steps.length };
    tx.emit(onTask(task, 'plan.proposed', data), place(context));
  }
  if (move.accepted) wakeRun(context);
  return true;
}

/** There is no new plan: the run is told, and fails with the step that failed. */
export async function declinePlan(context: MoveContext, reason: string): Promise<boolean> {
  const { tx, task, snapshot } = context;
  const n = (snapshot.plan?.n ?? 0) + 1;
  const none = { workflowId: null, workflowVersion: null, changes: null, corrections: null };
  const said = { kind: 'revision', status: 'declined', origin: 'model', reason } as const;
  await insertPlan(tx, { taskId: task.id, n, ...said, ...none });
  tx.emit(onTask(task, 'plan.rejected', { reason, problems: 0 }), place(context));
  wakeRun(context);
  return true;
}

/** The run that carries out the plan that was accepted. */
export async function carryOut(context: MoveContext): Promise<boolean> {
  const { tx, task, snapshot } = context;
  const plan = await findPlan(tx, task.id, snapshot.plan?.n ?? 0);
  if (plan?.workflowId == null || plan.workflowVersion === null)
    throw new AppError('internal', `Task ${task.id} has no plan to carry out.`);
  const found = await findVersion(tx, plan.workflowId, plan.workflowVersion);
  if (!found) throw notFound('workflow', plan.workflowId);
  const runId = await insertRun(tx, {
    workflowId: plan.workflowId,
    version: plan.workflowVersion,
    definition: found.definition,
    inputs: { goal: task.goal, files: snapshot.files.map((file) => file.id) },
    task: { id: task.id, rootId: task.rootId, priority: task.priority, depth: task.depth },
    planN: plan.n,
    actor: task.agentId ?? 'system',
  });
  await updateTask(tx, task, { planRunId: runId, planOrigin: plan.origin, planReason: plan.reason });
  if (plan.decidedBy === null)
    tx.emit(onTask(task, 'plan.accepted', { n: plan.n, runId, edited: false }), place(context));
  return true;
}

function wakeRun({ tx, task }: MoveContext): void {
  if (task.planRunId)
    tx.wake({ target: `run/${task.planRunId}`, label: task.title, rootTaskId: task.rootId });
}

/** A plan of the task's own is kept as the next version of its workflow; a template, and the plan that it has, are used as they are. */
async function versionOf({ tx, task }: MoveContext, { plan }: Proposal) {
  if (plan !== null && 'definition' in plan) return keepPlanDefinition(tx, task, plan.definition);
  const run = plan === null ? await runOf(tx, task.planRunId) : null;
  const found = plan === null ? run : await loadDefinition(tx, plan.workflowId);
  if (!found) throw notFound('workflow', plan?.workflowId ?? 'of the plan');
  return { workflowId: plan?.workflowId ?? run?.workflowId ?? '', ...found };
}

async function runOf(tx: MoveContext['tx'], runId: string | null) {
  const [run] = await tx.sql<{ workflowId: string; workflowVersion: number }>(
    'SELECT workflow_id, workflow_version FROM runs WHERE id = $1 AND workspace_id = $2',
    [runId, tx.workspaceId],
  );
  const found = run ? await findVersion(tx, run.workflowId, run.workflowVersion) : null;
  return found && { workflowId: found.workflowId, version: found.version, definition: found.definition };
}
