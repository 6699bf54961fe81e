import { type Cost, noCost } from '../contracts/cost.ts';
import type { StepChanges } from '../contracts/run.ts';
import {
  type AttemptStatus,
  isFinished,
  RunStatus,
  type StepStatus,
  type WaitingFor,
} from '../contracts/status.ts';
import type { Failure } from '../contracts/task.ts';
import type { Waiting } from '../contracts/waiting.ts';
import type { WorkflowDefinition } from '../contracts/workflow.ts';
import { addCosts, costOf, treeCosts } from './cost-reads.ts';
import { type OpenRun, readHeld } from './held-reads.ts';
import type { ListFields } from './list-page.ts';
import type { RunRow } from './mappings/run.ts';
import type { Tx } from './record.ts';
import { type ListedAttempt, readAttempts } from './task-reads.ts';

/** A run with the definition that it walks. */
export interface ListedRun extends RunRow {
  definition: WorkflowDefinition;
  origin: 'model' | 'template' | 'person';
}

/** A step and what its task is at. */
export interface ListedStep {
  runId: string;
  key: string;
  stepId: string;
  index: number | null;
  items: number | null;
  status: StepStatus;
  reason: string | null;
  taskId: string | null;
  approvalId: string | null;
  childRunId: string | null;
  error: Failure | null;
  attempts: number;
  changes: StepChanges | null;
  startedAt: Date | null;
  endedAt: Date | null;
  waitUntil: Date | null;
  taskTitle: string | null;
  taskStatus: StepStatus | null;
  taskAttempt: number | null;
  waitingFor: WaitingFor | null;
  waitingDetail: string | null;
  waitingSince: Date | null;
  agentId: string | null;
  agentName: string | null;
  agentRole: string | null;
}

/** One try at a step, as the task or the nested run of it says. */
export interface ListedStepAttempt {
  status: AttemptStatus;
  cost: Cost;
  startedAt: Date | null;
  endedAt: Date | null;
}

export interface RunParts {
  steps: Map<string, ListedStep[]>;
  /** Of the steps' tasks and all below them, by their id. */
  costs: Map<string, Cost>;
  /** By the id of a step's task, the oldest first. */
  attempts: Map<string, ListedStepAttempt[]>;
  /** Runs that steps have become, one for each attempt, by `nestedIn`. */
  nested: Map<string, ListedStepAttempt[]>;
  /** What those are held up by of which nothing is at work. */
  held: Map<string, Waiting>;
}

export function nestedIn({ runId, key }: Pick<ListedStep, 'runId' | 'key'>): string {
  return `${runId}/${key}`;
}

const source = `runs t JOIN workflow_versions v ON v.workflow_id = t.workflow_id AND v.version = t.workflow_version
  JOIN workflows w ON w.id = t.workflow_id`;
const columns = 't.*, v.definition, w.origin';

export const runList = {
  from: source,
  columns,
  fields: {
    name: { sql: 't.name', type: 'text' },
    status: { sql: 't.status', type: 'text', values: RunStatus.options },
    workflowId: { sql: 't.workflow_id', type: 'text' },
    workflowVersion: { sql: 't.workflow_version', type: 'number' },
    taskId: { sql: 't.task_id', type: 'text', orderable: false },
    createdAt: { sql: 't.created_at', type: 'time' },
    startedAt: { sql: 't.started_at', type: 'time', orderable: false },
    endedAt: { sql: 't.ended_at', type: 'time', orderable: false },
  },
} satisfies ListFields;

export async function readRun(tx: Tx, runId: string): Promise<ListedRun | null> {
  const [row] = await tx.sql<ListedRun>(
    `SELECT ${columns} FROM ${source} WHERE t.id = $1 AND t.workspace_id = $2`,
    [runId, tx.workspaceId],
  );
  return row ?? null;
}

/** The runs that carry out the plans of tasks. */
export async function readRunsOfTasks(tx: Tx, taskIds: readonly string[]): Promise<ListedRun[]> {
  return tx.sql<ListedRun>(
    `SELECT ${columns} FROM ${source} WHERE t.task_id = ANY($1) AND t.workspace_id = $2 ORDER BY t.id`,
    [taskIds, tx.workspaceId],
  );
}

/** The runs that steps of these have become last, and steps of those, the oldest first. */
export async function readNestedRuns(tx: Tx, runIds: readonly string[]): Promise<ListedRun[]> {
  return tx.sql<ListedRun>(
    `WITH RECURSIVE below (id) AS (
       SELECT child_run_id FROM steps WHERE run_id = ANY ($1) AND child_run_id IS NOT NULL
       UNION SELECT s.child_run_id FROM below b JOIN steps s ON s.run_id = b.id AND s.child_run_id IS NOT NULL)
     SELECT ${columns} FROM ${source} WHERE t.id IN (SELECT id FROM below) AND t.workspace_id = $2 ORDER BY t.id`,
    [runIds, tx.workspaceId],
  );
}

/** @param known of the steps' tasks and the runs, when the caller has it already */
export async function readRunParts(
  tx: Tx,
  runs: readonly OpenRun[],
  known?: Pick<RunParts, 'costs' | 'held'> & { attempts: readonly ListedAttempt[] },
): Promise<RunParts> {
  const runIds = runs.map(({ id }) => id);
  const steps = await tx.sql<ListedStep>(
    `SELECT s.run_id, s.key, s.step_id, s.index, s.items, s.status, s.reason, s.task_id, s.approval_id, s.child_run_id, s.error, s.attempts, s.changes, s.started_at, s.ended_at, s.wait_until,
       k.title AS task_title, k.status AS task_status, k.attempt AS task_attempt, k.waiting_for, k.waiting_detail, k.waiting_since,
       k.agent_id, a.name AS agent_name, a.role AS agent_role
     FROM steps s LEFT JOIN tasks k ON k.id = s.task_id LEFT JOIN agents a ON a.id = k.agent_id
     WHERE s.run_id = ANY($1) AND s.workspace_id = $2`,
    [runIds, tx.workspaceId],
  );
  const taskIds = steps.flatMap(({ taskId }) => (taskId === null ? [] : [taskId]));
  const attempts = known?.attempts ?? (await readAttempts(tx, taskIds));
  return {
    steps: Map.groupBy(steps, ({ runId }) => runId),
    costs: known?.costs ?? (await treeCosts(tx, taskIds)),
    attempts: new Map(
      [...Map.groupBy(attempts, ({ taskId }) => taskId)].map(([id, rows]) => [id, rows.map(attemptOf)]),
    ),
    nested: steps.some(({ childRunId }) => childRunId !== null) ? await nestedRuns(tx, runIds) : new Map(),
    held: known?.held ?? (await readHeld(tx, { runs })),
  };
}

function attemptOf(row: ListedAttempt): ListedStepAttempt {
  return { status: row.status, cost: costOf(row), startedAt: row.startedAt, endedAt: row.endedAt };
}

async function nestedRuns(tx: Tx, runIds: readonly string[]): Promise<Map<string, ListedStepAttempt[]>> {
  const runs = await tx.sql<Pick<RunRow, 'id' | 'status' | 'startedAt' | 'endedAt'> & NestedPlace>(
    `SELECT id, status, started_at, ended_at, parent_run_id AS run_id, parent_step_key AS key FROM runs
      WHERE parent_run_id = ANY ($1) AND workspace_id = $2 ORDER BY id`,
    [runIds, tx.workspaceId],
  );
  const costs = await nestedCosts(
    tx,
    runs.map(({ id }) => id),
  );
  const perStep = Map.groupBy(runs, nestedIn);
  return new Map(
    [...perStep].map(([place, rows]) => [
      place,
      rows.map(({ id, status, startedAt, endedAt }) => ({
        status: isFinished(status) ? (status as AttemptStatus) : 'running',
        cost: costs.get(id) ?? noCost,
        startedAt,
        endedAt,
      })),
    ]),
  );
}

type NestedPlace = Parameters<typeof nestedIn>[0];

/** What nested runs and all below them cost. */
async function nestedCosts(tx: Tx, runIds: readonly string[]): Promise<Map<string, Cost>> {
  if (runIds.length === 0) return new Map();
  const tasks = await tx.sql<{ top: string; id: string }>(
    `WITH RECURSIVE below (top, id) AS (
       SELECT id, id FROM runs WHERE id = ANY ($1) AND workspace_id = $2
       UNION ALL SELECT b.top, r.id FROM below b JOIN runs r ON r.parent_run_id = b.id)
     SELECT b.top, t.id FROM below b JOIN tasks t ON t.run_id = b.id`,
    [runIds, tx.workspaceId],
  );
  const costs = await treeCosts(
    tx,
    tasks.map(({ id }) => id),
  );
  const perRun = Map.groupBy(tasks, ({ top }) => top);
  return new Map(
    [...perRun].map(([top, own]) => [top, addCosts(own.map(({ id }) => costs.get(id) ?? noCost))]),
  );
}
