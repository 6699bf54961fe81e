import type { Capability } from '../../contracts/agent.ts';
import { isFinished } from '../../contracts/status.ts';
import type { StepBudget, StepMethod, WorkflowDefinition } from '../../contracts/workflow.ts';
import type { NextSteps, Start, StepError } from '../../core/workflow/step-rows.ts';
import { onlyWaits } from '../../core/workflow/step-rows.ts';
import { waitingWords } from '../../core/workflow/waits.ts';
import { checkTransition } from '../../core/transition.ts';
import { indexDefinition } from '../../core/workflow/definition-index.ts';
import { insertApproval } from '../approvals/approval-store.ts';
import { type Limits, openStepPurse } from '../budgets/budget-store.ts';
import { allEnded } from '../connection.ts';
import type { TaskContext } from '../../contracts/task.ts';
import type { TaskRow } from '../mappings/task.ts';
import { askForStep } from '../messages/ask-for-step.ts';
import { newId } from '../new-id.ts';
import { type KeptChanges, type LoadedStep, loadOutputs } from '../run-store.ts';
import { insertTask, lockTask } from '../task-store.ts';
import { reopenTask } from './retry.ts';
import { onRun, type RunContext, titleOf } from './run-context.ts';
import { startNestedRun } from './start-nested-run.ts';
import { toolTaskOf } from './tool-task-of.ts';

/** The resolved `with` of an agent step. */
interface AgentWith {
  goal: string;
  agentId: string | null;
  requires: { capability: string; level: number }[] | null;
  files: unknown[];
  outputSchema: Record<string, unknown> | null;
  method: StepMethod | null;
  budget: StepBudget | null;
}

/**
 * Each agent step that starts becomes a task, whose Temporal workflow is a child of the run's; a workflow step a run of its own; wait and
 * approval steps stand as a row. Steps that start together are written side by side, without waiting for each other's answers.
 */
export async function startSteps(
  context: RunContext,
  { steps, decision }: { steps: LoadedStep[]; decision: NextSteps },
): Promise<void> {
  const known = new Map(steps.map((step) => [step.key, step]));
  const outputs = await outputsBefore(context, { steps, decision });
  const works = decision.start.map((start): StepWork => {
    const dependencies = dependenciesOf(context.definition, start, outputs);
    const changes = known.get(start.stepId)?.changes ?? null;
    return { start, dependencies, changes, before: known.get(start.key)?.taskId ?? null };
  });
  const begun = await allEnded(
    works.map(async (work) => {
      const one = await begin(context, work);
      checkTransition('step', known.get(work.start.key)?.status ?? 'pending', one.status);
      await writeStarted(context, work.start, one);
      return one;
    }),
  );
  for (const [at, { start, changes }] of works.entries()) {
    const { status, taskId, approvalId, childRunId } = begun[at] as Begun;
    const { key, stepId, index, dueAt, waitUntil, attempt: attempts } = start;
    const row = {
      key,
      stepId,
      index,
      dueAt,
      waitUntil,
      status,
      attempts,
      taskId,
      approvalId,
      childRunId,
      changes,
    };
    const before = known.get(key);
    if (before) Object.assign(before, row);
    else steps.push(row);
    emitStarted(context, start, begun[at] as Begun);
  }
}

/** What the steps before those that start brought, whether an expression names it or not: a task sees it all. */
async function outputsBefore(
  { tx, run, definition }: RunContext,
  { steps, decision }: { steps: LoadedStep[]; decision: NextSteps },
): Promise<Map<string, unknown>> {
  const { byId } = indexDefinition(definition);
  const needed = new Set(
    decision.start.flatMap(({ kind, stepId }) =>
      kind === 'agent' ? (byId.get(stepId)?.step.dependsOn ?? []) : [],
    ),
  );
  const rows = steps.filter(({ key }) => needed.has(key));
  await loadOutputs(tx, run.id, rows);
  const outputs = new Map(rows.map(({ key, output }) => [key, output]));
  for (const settled of decision.settle)
    if (settled.status === 'completed' && settled.index === null) outputs.set(settled.key, settled.output);
  return outputs;
}

/** What a step that has begun stands for. */
interface Begun {
  status: 'in_progress' | 'waiting' | 'failed';
  taskId: string | null;
  approvalId: string | null;
  childRunId: string | null;
  /** Why it stands still or failed, for people. */
  reason: string | null;
  error: StepError | null;
}

const atWork: Begun = {
  status: 'in_progress',
  taskId: null,
  approvalId: null,
  childRunId: null,
  reason: null,
  error: null,
};

async function begin(context: RunContext, work: StepWork): Promise<Begun> {
  const { start } = work;
  if (onlyWaits(start.kind)) return beginWaiting(context, start);
  if (start.kind === 'tool') return { ...atWork, taskId: await toolTaskOf(context, work) };
  if (start.kind !== 'workflow') return { ...atWork, taskId: await taskOf(context, work) };
  const nested = await startNestedRun(context, start);
  if ('runId' in nested) return { ...atWork, childRunId: nested.runId };
  // The decision on what follows is taken by the next look, which finds the step as failed.
  context.tx.wake({
    target: `run/${context.run.id}`,
    label: context.run.name,
    rootTaskId: context.run.rootTaskId,
  });
  return { ...atWork, status: 'failed', reason: nested.error.message, error: nested.error };
}

async function beginWaiting({ tx, run }: RunContext, start: Start): Promise<Begun> {
  const begun: Begun = { ...atWork, status: 'waiting', reason: waitingWords(start) };
  if (start.kind === 'wait') await askForStep(tx, run, start);
  if (start.kind !== 'approval') return begun;
  const { title, details } = start.with as unknown as { title: string; details: string | null };
  const expiresAt = start.waitUntil === null ? null : new Date(start.waitUntil);
  const asked = { stepKey: start.key, attempt: start.attempt, title, details, expiresAt };
  return { ...begun, approvalId: await insertApproval(tx, run, asked) };
}

function dependenciesOf(
  definition: WorkflowDefinition,
  start: Start,
  outputs: Map<string, unknown>,
): Record<string, unknown> {
  const step = indexDefinition(definition).byId.get(start.stepId)?.step;
  const named = (step?.dependsOn ?? []).filter(
    (id) => outputs.get(id) !== undefined && outputs.get(id) !== null,
  );
  return Object.fromEntries(named.map((id) => [id, outputs.get(id)]));
}

interface StepWork {
  start: Start;
  dependencies: Record<string, unknown>;
  changes: KeptChanges | null;
  /** The task of an earlier attempt at this step. */
  before: string | null;
}

/** A step that is tried again is a new attempt of the same task; while the old one is still ending, it is a new task. */
async function taskOf(
  context: RunContext,
  { start, dependencies, changes, before }: StepWork,
): Promise<string> {
  // What was changed in `with` is in the definition that the step was decided with.
  const { with: changedInput, correction, ...own } = changes ?? {};
  const given = { ...(start.with as unknown as AgentWith), ...own };
  const task = before === null ? null : await lockTask(context.tx, before);
  if (!task || !isFinished(task.status))
    return insertStepTask(context, { start, given, dependencies, changes });
  const { method, outputSchema } = given;
  await reopenTask(context.tx, task, {
    goal: given.goal,
    wantedAgentId: given.agentId,
    context: { dependencies, ...corrected(correction, task) },
    changes: ofTask(changes),
    ...(changedInput ? { method, outputSchema, requires: needsOf(given) } : {}),
  });
  if (changedInput?.files) {
    await context.tx.sql('DELETE FROM task_files WHERE task_id = $1 AND NOT made', [task.id]);
    await insertTaskFiles(context.tx, task.id, filesOf(given));
  }
  return task.id;
}

/** Characters of what a step brought before, for whoever does it again. */
const shownBefore = 20_000;

function corrected(note: string | undefined, { result }: TaskRow): TaskContext {
  if (note === undefined) return {};
  return { correction: { note, before: (result?.markdown ?? '').slice(0, shownBefore) } };
}

/** What the task's agent is told beside its own instructions and policy. */
function ofTask(changes: KeptChanges | null): { instructions?: string; model?: string } | null {
  const { instructions, model } = changes ?? {};
  return instructions || model ? { ...(instructions && { instructions }), ...(model && { model }) } : null;
}

function needsOf({ requires }: AgentWith): Capability[] {
  return (requires ?? []).map((need) => ({ name: need.capability, level: need.level }));
}

function filesOf({ files }: AgentWith): string[] {
  return (files ?? []).flat(2).filter((file): file is string => typeof file === 'string');
}

interface NewStepTask {
  start: Start;
  given: AgentWith;
  dependencies: Record<string, unknown>;
  changes: KeptChanges | null;
}

async function insertStepTask(
  { tx, run, definition }: RunContext,
  { start, given, dependencies, changes }: NewStepTask,
): Promise<string> {
  const id = newId('task');
  const files = filesOf(given);
  const title = await taskTitle(tx, { title: titleOf(definition, start.key), start, files });
  await insertTask(tx, {
    id,
    parentId: run.taskId,
    rootId: run.rootTaskId ?? id,
    runId: run.id,
    stepKey: start.key,
    role: 'master_operator',
    title,
    goal: given.goal,
    status: 'pending',
    priority: run.priority,
    depth: run.depth + 1,
    wantedAgentId: given.agentId,
    deadline: timeOf(start.dueAt),
    requires: needsOf(given),
    method: given.method,
    outputSchema: given.outputSchema,
    context: { dependencies },
    changes: ofTask(changes),
    actor: run.actor,
  });
  if (given.budget) await openStepPurse(tx, id, limitsOf(given.budget));
  await insertTaskFiles(tx, id, files);
  tx.emit(
    { stream: `task/${id}`, type: 'task.created', data: { title, parentId: run.taskId, runId: run.id } },
    { rootTaskId: run.rootTaskId ?? id },
  );
  return id;
}

function limitsOf({ money, tokens }: StepBudget): Limits {
  return { limitMicroUsd: money === null ? null : Math.round(money * 1e6), limitTokens: tokens };
}

/** An item of a forEach over files is told by the file's name, which says more than its number. */
async function taskTitle(
  tx: RunContext['tx'],
  { title, start, files }: { title: string; start: Start; files: string[] },
): Promise<string> {
  if (start.index === null || files.length !== 1) return title;
  const [file] = await tx.sql<{ name: string }>(
    'SELECT name FROM files WHERE id = $1 AND workspace_id = $2',
    [files[0], tx.workspaceId],
  );
  return file ? `${title.replace(/ \(\d+\)$/, '')}: ${file.name}` : title;
}

/** Only files of this workspace; others are as if they were not named. */
async function insertTaskFiles(tx: RunContext['tx'], taskId: string, files: string[]): Promise<void> {
  if (files.length === 0) return;
  await tx.sql(
    `INSERT INTO task_files (task_id, file_id, position)
     SELECT $1, f.id, min(u.position) FROM unnest($2::text[]) WITH ORDINALITY AS u (id, position) JOIN files f ON f.id = u.id AND f.workspace_id = $3
     GROUP BY f.id ON CONFLICT DO NOTHING`,
    [taskId, files, tx.workspaceId],
  );
}

async function writeStarted({ tx, run }: RunContext, start: Start, begun: Begun): Promise<void> {
  const { status, taskId, approvalId, childRunId, reason, error } = begun;
  await tx.sql(
    `INSERT INTO steps AS s (run_id, workspace_id, key, step_id, index, status, task_id, attempts, due_at, started_at, wait_until, approval_id, reason, child_run_id, error, ended_at)
     VALUES ($1, $2, $3, $4, $5, $9, $6, $7, $8, now(), $10, $11, $12, $13, $14, CASE WHEN $9 = 'failed' THEN now() END)
     ON CONFLICT (run_id, key) DO UPDATE SET status = excluded.status, task_id = excluded.task_id, attempts = excluded.attempts,
       due_at = excluded.due_at, started_at = coalesce(s.started_at, now()), error = excluded.error, reason = excluded.reason, ended_at = excluded.ended_at,
       child_run_id = excluded.child_run_id,
       wait_until = excluded.wait_until, approval_id = excluded.approval_id`,
    [
      run.id,
      tx.workspaceId,
      start.key,
      start.stepId,
      start.index,
      taskId,
      start.attempt,
      timeOf(start.dueAt),
      status,
      timeOf(start.waitUntil),
      approvalId,
      reason,
      childRunId,
      error === null ? null : JSON.stringify(error),
    ],
  );
}

function emitStarted({ tx, run, definition }: RunContext, start: Start, begun: Begun): void {
  const { taskId, error } = begun;
  const status: 'waiting' | 'in_progress' = begun.status === 'waiting' ? 'waiting' : 'in_progress';
  const data = { key: start.key, title: titleOf(definition, start.key), taskId };
  const place = { rootTaskId: run.rootTaskId };
  tx.emit(onRun(run, 'step.started', { ...data, status }), place);
  if (error) tx.emit(onRun(run, 'step.failed', { ...data, code: error.code, message: error.message }), place);
}

function timeOf(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}
