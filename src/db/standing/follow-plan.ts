/**
 * A run of a plan follows its task's plans: the accepted one with the highest number is the one that it walks.
 *
 * 1. Runs pin the version of their workflow. Only here, in a decision of the run itself and with its lock held, may the run of a plan go
 *    on with another one, and only with one of its own task.
 * 2. What has begun keeps its definition, id and output. What began after the new plan was written is kept too: then the run walks one
 *    more version, which has it.
 * 3. A correction resets the steps that it names and what needs them, in the run that had completed.
 * 4. A wish for a new rest is taken up once, and counts like the question of a failed step. One that comes to a run that has just
 *    completed opens it again; one that comes too late otherwise changes nothing.
 */
import { isFinished } from '../../contracts/status.ts';
import type { WorkflowDefinition } from '../../contracts/workflow.ts';
import { stepsToReset } from '../../core/workflow/steps-to-reset.ts';
import { maxReplans } from '../../core/task/replanning.ts';
import { inReadingOrder, splicePlan } from '../../core/workflow/splice-plan.ts';
import { rehashApprovals } from '../approvals/rehash-approvals.ts';
import type { PlanRow } from '../mappings/plan.ts';
import type { ReplanState, RunRow } from '../mappings/run.ts';
import { keepPlanDefinition } from '../plan-store.ts';
import type { Tx } from '../record.ts';
import { updateRun } from '../run-store.ts';
import { definitionOfRun } from './run-context.ts';
import { resetSteps } from './reset-steps.ts';

export const neverAsked: ReplanState = { asked: 0, open: null, declined: null };

/** @returns whether the run goes another way than before */
export async function followPlan(tx: Tx, run: RunRow): Promise<boolean> {
  if (run.taskId === null) return false;
  const [plan] = await tx.sql<PlanRow>(
    `SELECT * FROM plans WHERE task_id = $1 AND n > $2 AND status IN ('accepted', 'declined', 'wanted') ORDER BY n DESC LIMIT 1`,
    [run.taskId, run.planN ?? 0],
  );
  if (!plan) return false;
  if (plan.status === 'wanted') await takeUp(tx, run, plan);
  else if (plan.status === 'declined') await goOnWithout(tx, run, plan);
  else if (plan.kind === 'correction' && run.status === 'completed') await correct(tx, run, plan);
  else if (plan.kind === 'revision' && !isFinished(run.status)) await adopt(tx, run, plan);
  else await updateRun(tx, run, { planN: plan.n });
  return true;
}

async function takeUp(tx: Tx, run: RunRow, plan: PlanRow): Promise<void> {
  const replan = run.replan ?? neverAsked;
  const completed = run.status === 'completed';
  const asks = (completed || !isFinished(run.status)) && replan.open === null && replan.asked < maxReplans;
  await updateRun(tx, run, {
    planN: plan.n,
    ...(asks ? { replan: { ...replan, asked: replan.asked + 1, open: [], news: plan.reason } } : {}),
    ...(asks && completed ? reopened : {}),
  });
  if (asks && completed) emitReopened(tx, run);
  tx.wake({ target: `task/${plan.taskId}`, label: run.name, rootTaskId: run.rootTaskId });
}

/** Where a step failed, that ends the run with it; where the plan was only to be changed, it goes on as it is. */
async function goOnWithout(tx: Tx, run: RunRow, plan: PlanRow): Promise<void> {
  const replan = run.replan ?? neverAsked;
  const declined = replan.open?.length === 0 ? replan.declined : plan.reason;
  await updateRun(tx, run, { planN: plan.n, replan: { ...replan, open: null, news: null, declined } });
}

async function adopt(tx: Tx, run: RunRow, plan: PlanRow): Promise<void> {
  const old = await definitionOfRun(tx, run);
  const written = await definitionOfRun(tx, {
    id: run.id,
    workflowId: plan.workflowId ?? '',
    workflowVersion: plan.workflowVersion ?? 0,
  });
  const rows = await tx.sql<Parameters<typeof splicePlan>[2][number]>(
    'SELECT key, step_id, status, attempts FROM steps WHERE run_id = $1',
    [run.id],
  );
  const spliced = splicePlan(old, written, rows);
  const definition = inReadingOrder(spliced);
  const same = definition.steps.length === written.steps.length;
  const { workflowId, version } = same
    ? { workflowId: plan.workflowId ?? '', version: plan.workflowVersion ?? 0 }
    : await keepPlanDefinition(tx, { id: plan.taskId }, definition);
  const { kept, added } = spliced.changes;
  await removeSteps(tx, run, { kept, reason: plan.reason });
  await tx.sql(
    `INSERT INTO steps (run_id, key, workspace_id, step_id, status) SELECT $1, step, $2, step, 'pending' FROM unnest($3::text[]) AS step`,
    [run.id, tx.workspaceId, added],
  );
  await rehashApprovals(tx, run.id, { from: run.workflowVersion, to: version });
  await updateRun(tx, run, {
    workflowId,
    workflowVersion: version,
    planN: plan.n,
    replan: { ...(run.replan ?? neverAsked), open: null, news: null },
  });
  await tx.sql('UPDATE plans SET changes = $3, workflow_version = $4 WHERE task_id = $1 AND n = $2', [
    plan.taskId,
    plan.n,
    JSON.stringify(spliced.changes),
    version,
  ]);
  const data = { n: plan.n, runId: run.id, reason: plan.reason, ...spliced.changes };
  tx.emit(
    { stream: `task/${plan.taskId}`, type: 'plan.revised', data },
    { rootTaskId: run.rootTaskId, actor: plan.decidedBy ?? plan.actor },
  );
}

/** Of those that had not begun nobody was told. */
async function removeSteps(
  tx: Tx,
  run: RunRow,
  { kept, reason }: { kept: string[]; reason: string },
): Promise<void> {
  const removed = await tx.sql<{ key: string; status: string; taskId: string | null }>(
    'DELETE FROM steps WHERE run_id = $1 AND step_id <> ALL ($2) RETURNING key, status, task_id',
    [run.id, kept],
  );
  for (const { key, status, taskId } of removed)
    if (status !== 'pending' || taskId !== null)
      tx.emit(
        { stream: `run/${run.id}`, type: 'step.removed', data: { key, title: key, taskId, reason } },
        { rootTaskId: run.rootTaskId },
      );
}

async function correct(tx: Tx, run: RunRow, plan: PlanRow): Promise<void> {
  const definition = await definitionOfRun(tx, run);
  const corrections = plan.corrections ?? [];
  const about = corrections.map(({ step }) => step);
  const keys = await keysBehind(tx, run, definition, about);
  const reason = 'The Chief of Staff asks for a correction.';
  await resetSteps(tx, run, { keys, reason, about, correct: corrections });
  await updateRun(tx, run, { planN: plan.n, ...reopened });
  emitReopened(tx, run);
}

const reopened = { status: 'running', output: null, error: null, endedAt: null } as const;

function emitReopened(tx: Tx, run: RunRow): void {
  tx.emit({ stream: `run/${run.id}`, type: 'run.resumed', data: {} }, { rootTaskId: run.rootTaskId });
}

async function keysBehind(
  tx: Tx,
  run: RunRow,
  definition: WorkflowDefinition,
  steps: string[],
): Promise<string[]> {
  const rows = await tx.sql<Parameters<typeof stepsToReset>[1][number]>(
    'SELECT key, step_id, index, status FROM steps WHERE run_id = $1 ORDER BY key',
    [run.id],
  );
  return [...new Set(steps.flatMap((step) => stepsToReset(definition, rows, step)))];
}
