import type { WorkflowDefinition } from '../contracts/workflow.ts';
import { newId } from './new-id.ts';
import type { Tx } from './record.ts';

/** A plan that a model wrote: a workflow of one version that belongs to its task. */
export async function insertPlan(
  tx: Tx,
  plan: { definition: WorkflowDefinition; taskId: string; actor: string },
): Promise<string> {
  const id = newId('workflow');
  await tx.sql(
    `INSERT INTO workflows (id, workspace_id, name, description, origin, task_id, version) VALUES ($1, $2, $3, $4, 'model', $5, 1)`,
    [id, tx.workspaceId, plan.definition.name, plan.definition.description ?? '', plan.taskId],
  );
  await tx.sql(
    'INSERT INTO workflow_versions (workflow_id, version, workspace_id, definition, actor) VALUES ($1, 1, $2, $3, $4)',
    [id, tx.workspaceId, JSON.stringify(plan.definition), plan.actor],
  );
  return id;
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
