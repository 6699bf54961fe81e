import { readJson } from '../contracts/json-schema.ts';
import type { WorkflowDefinition } from '../contracts/workflow.ts';
import type { StepRow as StepFacts } from '../core/workflow/step-rows.ts';
import { checkTransition } from '../core/transition.ts';
import { stepOutputOf } from '../core/task/result-of.ts';
import { deniedBecause } from '../core/workflow/waits.ts';
import type { StepChanges } from '../contracts/run.ts';
import type { Failure, TaskResult } from '../contracts/task.ts';
import type { ApprovalStatus, RunStatus, StepStatus, TaskStatus } from '../contracts/status.ts';
import { notFound } from '../errors.ts';
import { hashOf } from './approvals/approval-store.ts';
import { sqlOf } from './columns.ts';
import type { RunRow } from './mappings/run.ts';
import { stepAnswer } from './messages/step-answer.ts';
import { newId } from './new-id.ts';
import type { Tx } from './record.ts';

export interface NewRun {
  workflowId: string;
  version: number;
  definition: WorkflowDefinition;
  /** As given: what is missing and has a default is filled in. */
  inputs: Record<string, unknown>;
  /** The task whose plan this is; null for a run that a person started. */
  task: { id: string; rootId: string; priority: number; depth: number } | null;
  /** Which of the task's plans. */
  planN?: number;
  actor: string;
  /** It carries out a step of another run. */
  nested?: { parent: { runId: string; stepKey: string; nesting: number } } & Pick<
    RunRow,
    'rootTaskId' | 'priority' | 'depth'
  >;
}

const mediumPriority = 1;

/** The run and a pending row for each of its steps. Its Temporal workflow is started by whoever asked for it. */
export async function insertRun(tx: Tx, run: NewRun): Promise<string> {
  const id = newId('run');
  await tx.sql(
    `INSERT INTO runs (id, workspace_id, workflow_id, workflow_version, name, task_id, root_task_id, status, inputs, priority, depth, actor,
       parent_run_id, parent_step_key, nesting, plan_n)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      id,
      tx.workspaceId,
      run.workflowId,
      run.version,
      run.definition.name,
      run.task?.id ?? null,
      run.task?.rootId ?? run.nested?.rootTaskId ?? null,
      JSON.stringify(inputsOf(run)),
      run.task?.priority ?? run.nested?.priority ?? mediumPriority,
      run.task?.depth ?? run.nested?.depth ?? -1,
      run.actor,
      run.nested?.parent.runId ?? null,
      run.nested?.parent.stepKey ?? null,
      run.nested?.parent.nesting ?? 0,
      run.planN ?? null,
    ],
  );
  const ids = run.definition.steps.map((step) => step.id);
  await tx.sql(
    `INSERT INTO steps (run_id, key, workspace_id, step_id, status) SELECT $1, step, $2, step, 'pending' FROM unnest($3::text[]) AS step`,
    [id, tx.workspaceId, ids],
  );
  return id;
}

/** Inputs that do not fit are the caller's matter; they are kept as they are. */
function inputsOf({ definition, inputs }: NewRun): unknown {
  return definition.inputs ? readJson(definition.inputs, inputs).value : inputs;
}

export async function lockRun(tx: Tx, id: string): Promise<RunRow> {
  const [row] = await tx.sql<RunRow>(
    'SELECT * FROM runs WHERE id = $1 AND workspace_id = $2 FOR NO KEY UPDATE',
    [id, tx.workspaceId],
  );
  if (!row) throw notFound('run', id);
  return row;
}

/** Parents before what they have started. */
export async function lockRuns(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.sql(
    'SELECT id FROM runs WHERE id = ANY ($1) AND workspace_id = $2 ORDER BY id FOR NO KEY UPDATE',
    [ids, tx.workspaceId],
  );
}

export type RunPatch = Partial<Omit<RunRow, 'id' | 'workspaceId' | 'version'>>;

export async function updateRun(tx: Tx, row: RunRow, patch: RunPatch): Promise<void> {
  if (patch.status) checkTransition('run', row.status, patch.status);
  const { sets, values } = sqlOf({ ...patch, version: row.version + 1 }, 3);
  tx.write(`UPDATE runs SET ${sets} WHERE id = $1 AND workspace_id = $2`, [
    row.id,
    tx.workspaceId,
    ...values,
  ]);
  Object.assign(row, patch);
  row.version += 1;
}

/** What a retry changed in a step, and what its Chief of Staff found wrong with what it brought. */
export type KeptChanges = StepChanges & { correction?: string };

/** A step as the decision reads it, and the task that carries it out, or the approval that it waits for. */
export interface LoadedStep extends StepFacts {
  taskId: string | null;
  approvalId: string | null;
  childRunId: string | null;
  changes: KeptChanges | null;
}

/** A step with what carries it out, or what it waits for. */
export interface JoinedStep {
  key: string;
  stepId: string;
  index: number | null;
  status: StepStatus;
  error: Failure | null;
  attempts: number;
  dueAt: Date | null;
  taskId: string | null;
  changes: KeptChanges | null;
  taskStatus: TaskStatus | null;
  taskResult: TaskResult | null;
  taskError: Failure | null;
  waitUntil: Date | null;
  remindAt: Date | null;
  approvalId: string | null;
  childRunId: string | null;
  childStatus: RunStatus | null;
  childOutput: unknown;
  childError: Failure | null;
  approvalStatus: ApprovalStatus | null;
  approvalTitle: string;
  approvalDetails: string | null;
  approvalHash: string;
  decidedBy: string | null;
  note: string | null;
  /** Of a step that waits for a message. */
  answer: Record<string, unknown> | null;
}

export interface EndedStep {
  key: string;
  was: StepStatus;
  taskId: string | null;
  /** Set when it ended because a person approved: to be spent. */
  approvalId: string | null;
  status: 'completed' | 'failed' | 'cancelled';
  output: unknown;
  error: Failure | null;
}

/** The steps of a run, without their outputs (see loadOutputs). The caller holds the run's lock. */
export async function readSteps(tx: Tx, runId: string): Promise<JoinedStep[]> {
  return tx.sql<JoinedStep>(
    `SELECT s.key, s.step_id, s.index, s.status, s.error, s.attempts, s.due_at, s.task_id, s.changes, t.status AS task_status,
            CASE WHEN s.ended_at IS NULL THEN t.result END AS task_result, t.error AS task_error, s.wait_until, s.approval_id,
            CASE WHEN p.status = 'requested' AND p.reminded_at IS NULL THEN p.remind_at END AS remind_at,
            p.status AS approval_status, p.title AS approval_title, p.details AS approval_details, p.hash AS approval_hash, p.decided_by, p.note,
            s.child_run_id, c.status AS child_status, c.output AS child_output, c.error AS child_error, ${stepAnswer} AS answer
       FROM steps s LEFT JOIN tasks t ON t.id = s.task_id AND s.status = 'in_progress'
       LEFT JOIN approvals p ON p.id = s.approval_id AND s.status = 'waiting'
       LEFT JOIN runs c ON c.id = s.child_run_id AND s.status = 'in_progress'
      WHERE s.run_id = $1`,
    [runId],
  );
}

/** Those whose task has ended, or whose approval was decided meanwhile, come as ended, to be written by the caller. */
export function stepsOf(
  run: Pick<RunRow, 'id' | 'workflowVersion'>,
  rows: readonly JoinedStep[],
): { steps: LoadedStep[]; ended: EndedStep[] } {
  const ended: EndedStep[] = [];
  const steps = rows.map((row) => {
    const end = endOf(row, run);
    if (end) ended.push(end);
    return factsOf(row, end);
  });
  return { steps, ended };
}

/** Fills in the outputs of these rows, where they are not known yet. */
export async function loadOutputs(tx: Tx, runId: string, steps: LoadedStep[]): Promise<void> {
  const missing = new Map(
    steps.flatMap((step) =>
      step.status === 'completed' && step.output === undefined ? [[step.key, step]] : [],
    ),
  );
  if (missing.size === 0) return;
  const rows = await tx.sql<{ key: string; output: unknown }>(
    'SELECT key, output FROM steps WHERE run_id = $1 AND key = ANY ($2)',
    [runId, [...missing.keys()]],
  );
  for (const { key, output } of rows) Object.assign(missing.get(key) ?? {}, { output });
}

function endOf(row: JoinedStep, run: Pick<RunRow, 'id' | 'workflowVersion'>): EndedStep | null {
  if (row.status === 'waiting') return row.answer ? endOfQuestion(row) : endOfApproval(row, run);
  return row.childRunId === null ? endOfTask(row) : endOfNestedRun(row);
}

function endOfNestedRun({ key, status, childStatus, childOutput, childError }: JoinedStep): EndedStep | null {
  if (childStatus !== 'completed' && childStatus !== 'failed' && childStatus !== 'cancelled') return null;
  const failure = childError ?? { code: 'step_failed', message: 'The workflow failed.' };
  const error = childStatus === 'failed' ? failure : null;
  return {
    key,
    was: status,
    taskId: null,
    approvalId: null,
    status: childStatus,
    output: childOutput ?? null,
    error,
  };
}

function endOfTask(row: JoinedStep): EndedStep | null {
  const { status, taskId, taskStatus } = row;
  if (status !== 'in_progress' || !taskId) return null;
  if (taskStatus !== 'completed' && taskStatus !== 'failed' && taskStatus !== 'cancelled') return null;
  const output = taskStatus === 'completed' ? stepOutputOf(row.taskResult) : null;
  const error =
    taskStatus === 'failed'
      ? lasting(row.taskError ?? { code: 'step_failed', message: 'The task failed.' })
      : null;
  return { key: row.key, was: status, taskId, approvalId: null, status: taskStatus, output, error };
}

/** A message came that a step waited for. */
function endOfQuestion({ key, status, taskId, answer }: JoinedStep): EndedStep {
  return { key, was: status, taskId, approvalId: null, status: 'completed', output: answer, error: null };
}

/** A person's or the policy's no is final: a retry would only ask again. */
function lasting(error: Failure): Failure & { retryable?: false } {
  return error.code === 'approval_denied' || error.code === 'tool_refused'
    ? { ...error, retryable: false }
    : error;
}

/** A yes is worth what was asked, and nothing else. */
function endOfApproval(row: JoinedStep, run: Pick<RunRow, 'id' | 'workflowVersion'>): EndedStep | null {
  const { key, taskId, approvalId, approvalStatus, decidedBy, note } = row;
  const ended = { key, was: row.status, taskId, approvalId: null, output: null };
  if (approvalStatus === 'denied') return { ...ended, status: 'failed', error: deniedBecause(note) };
  if (approvalStatus === 'expired')
    return { ...ended, status: 'failed', error: deniedBecause(note ?? 'expired') };
  if (approvalStatus !== 'approved') return null;
  const asked = { title: row.approvalTitle, details: row.approvalDetails, stepKey: key, runId: run.id };
  if (hashOf(asked, run.workflowVersion) !== row.approvalHash)
    return { ...ended, status: 'failed', error: deniedBecause('what was approved is not what was asked') };
  return {
    ...ended,
    approvalId,
    status: 'completed',
    output: { approved: true, by: decidedBy, note },
    error: null,
  };
}

function factsOf(row: JoinedStep, end: EndedStep | null): LoadedStep {
  const { key, stepId, index, attempts, taskId, approvalId, childRunId, changes } = row;
  const waitUntil = row.waitUntil ? row.waitUntil.getTime() : null;
  const remindAt = row.remindAt ? row.remindAt.getTime() : null;
  const dueAt = row.dueAt ? row.dueAt.getTime() : null;
  const state = end ?? row;
  return {
    key,
    stepId,
    index,
    attempts,
    taskId,
    approvalId,
    childRunId,
    changes,
    dueAt,
    waitUntil,
    remindAt,
    changed: index === null ? null : (changes?.with ?? null),
    status: state.status,
    output: end?.output,
    error: state.error,
  };
}

export function writeEndedSteps(tx: Tx, runId: string, ended: EndedStep[]): void {
  if (ended.length === 0) return;
  for (const step of ended) checkTransition('step', step.was, step.status);
  tx.write(
    `UPDATE steps s SET status = e.status, output = e.output, error = e.error, reason = e.error->>'message', due_at = NULL, wait_until = NULL, ended_at = now()
       FROM unnest($2::text[], $3::text[], $4::jsonb[], $5::jsonb[]) AS e (key, status, output, error)
      WHERE s.run_id = $1 AND s.key = e.key`,
    [
      runId,
      ended.map((step) => step.key),
      ended.map((step) => step.status),
      ended.map((step) => JSON.stringify(step.output ?? null)),
      ended.map((step) => (step.error ? JSON.stringify(step.error) : null)),
    ],
  );
}
