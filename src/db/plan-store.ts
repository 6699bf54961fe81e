import type { PlanUnderWay } from '../core/task/snapshot.ts';
import type { WorkflowDefinition } from '../contracts/workflow.ts';
import type { PlanRow } from './mappings/plan.ts';
import type { TaskRow } from './mappings/task.ts';
import type { Tx } from './record.ts';
import { addVersion, insertWorkflow } from './workflow-store.ts';

type NewPlan = Omit<
  PlanRow,
  'workspaceId' | 'actor' | 'createdAt' | 'decidedAt' | 'decidedBy' | 'note' | 'edited'
>;

/** The next plan of a task. The caller holds the task's lock. */
export async function insertPlan(tx: Tx, plan: NewPlan): Promise<void> {
  await tx.sql(
    `INSERT INTO plans (task_id, n, workspace_id, kind, status, origin, reason, workflow_id, workflow_version, changes, corrections, actor, decided_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, CASE WHEN $5 <> 'proposed' THEN now() END)`,
    [
      plan.taskId,
      plan.n,
      tx.workspaceId,
      plan.kind,
      plan.status,
      plan.origin,
      plan.reason,
      plan.workflowId,
      plan.workflowVersion,
      plan.changes && JSON.stringify(plan.changes),
      plan.corrections && JSON.stringify(plan.corrections),
      tx.actor,
    ],
  );
}

export async function findPlan(tx: Tx, taskId: string, n: number): Promise<PlanRow | null> {
  const [row] = await tx.sql<PlanRow>(
    'SELECT * FROM plans WHERE task_id = $1 AND n = $2 AND workspace_id = $3',
    [taskId, n, tx.workspaceId],
  );
  return row ?? null;
}

/** Everything that was proposed, the oldest first. */
export async function listPlans(tx: Tx, taskId: string): Promise<PlanRow[]> {
  return tx.sql<PlanRow>('SELECT * FROM plans WHERE task_id = $1 AND workspace_id = $2 ORDER BY n', [
    taskId,
    tx.workspaceId,
  ]);
}

/** What became of a proposal; `by`: who decided, if not whoever acts here. The caller holds the task's lock. */
export async function decidePlan(
  tx: Tx,
  plan: Pick<PlanRow, 'taskId' | 'n'>,
  decision: Pick<PlanRow, 'status' | 'note' | 'workflowId' | 'workflowVersion'> & {
    by?: string;
    edited?: boolean;
  },
): Promise<void> {
  const { status, note, workflowId, workflowVersion, by = tx.actor, edited = false } = decision;
  await tx.sql(
    `UPDATE plans SET status = $3, note = $4, workflow_id = $5, workflow_version = $6, decided_at = now(), decided_by = $7, edited = $8
      WHERE task_id = $1 AND n = $2`,
    [plan.taskId, plan.n, status, note, workflowId, workflowVersion, by, edited],
  );
}

export interface PlanVersion {
  workflowId: string;
  version: number;
  definition: WorkflowDefinition;
}

/** Plans of one task are versions of one workflow that belongs to it. */
export async function keepPlanDefinition(
  tx: Tx,
  task: Pick<TaskRow, 'id'>,
  definition: WorkflowDefinition,
): Promise<PlanVersion> {
  const [own] = await tx.sql<{ id: string }>(
    'SELECT id FROM workflows WHERE task_id = $1 AND workspace_id = $2 ORDER BY id LIMIT 1',
    [task.id, tx.workspaceId],
  );
  const { id, version } = own
    ? await addVersion(tx, own.id, definition)
    : await insertWorkflow(tx, { definition, origin: 'model', taskId: task.id });
  return { workflowId: id, version, definition };
}

/** The definition of the newest plan, if it waits for a person. */
export async function loadProposedPlan(tx: Tx, taskId: string): Promise<WorkflowDefinition | null> {
  const [row] = await tx.sql<{ definition: WorkflowDefinition }>(
    `SELECT v.definition
       FROM plans p JOIN workflow_versions v ON v.workflow_id = p.workflow_id AND v.version = p.workflow_version
      WHERE p.task_id = $1 AND p.workspace_id = $2 AND p.status = 'proposed'
        AND p.n = (SELECT max(n) FROM plans WHERE task_id = $1)`,
    [taskId, tx.workspaceId],
  );
  return row?.definition ?? null;
}

/** The plan that a task's run carries out, and how far it is. */
export async function loadUnderWay(tx: Tx, runId: string): Promise<PlanUnderWay | null> {
  const [row] = await tx.sql<PlanUnderWay>(
    `SELECT v.definition,
            (SELECT json_agg(json_build_object('key', s.key, 'stepId', s.step_id, 'status', s.status, 'attempts', s.attempts, 'error', s.error) ORDER BY s.key)
               FROM steps s WHERE s.run_id = r.id) AS rows
       FROM runs r JOIN workflow_versions v ON v.workflow_id = r.workflow_id AND v.version = r.workflow_version
      WHERE r.id = $1 AND r.workspace_id = $2`,
    [runId, tx.workspaceId],
  );
  return row ? { definition: row.definition, rows: row.rows ?? [] } : null;
}

/** One version of a definition, the newest when none is named; null when there is none in this workspace. */
export async function loadDefinition(
  tx: Tx,
  workflowId: string,
  version?: number,
): Promise<{ version: number; definition: WorkflowDefinition } | null> {
  const [row] = await tx.sql<{ version: number; definition: WorkflowDefinition }>(
    `SELECT v.version, v.definition FROM workflow_versions v JOIN workflows w ON w.id = v.workflow_id
      WHERE v.workflow_id = $1 AND w.workspace_id = $2 AND v.version = coalesce($3, w.version) AND w.archived_at IS NULL`,
    [workflowId, tx.workspaceId, version ?? null],
  );
  return row ?? null;
}
