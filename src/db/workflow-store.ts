import type { WorkflowDefinition } from '../contracts/workflow.ts';
import type { WorkflowVersionRow } from './mappings/workflow-version.ts';
import type { WorkflowRow } from './mappings/workflow.ts';
import { newId } from './new-id.ts';
import type { Tx } from './record.ts';

export interface NewWorkflow {
  definition: WorkflowDefinition;
  origin: WorkflowRow['origin'];
  /** The task whose plan it is; plans are not among the saved workflows. */
  taskId?: string | null;
}

/** Workflows and their versions. A version never changes: runs point to it. */
export async function insertWorkflow(
  tx: Tx,
  { definition, origin, taskId }: NewWorkflow,
): Promise<WorkflowRow> {
  const [row] = await tx.sql<WorkflowRow>(
    `INSERT INTO workflows (id, workspace_id, name, description, origin, task_id, version)
     VALUES ($1, $2, $3, $4, $5, $6, 1) RETURNING *`,
    [
      newId('workflow'),
      tx.workspaceId,
      definition.name,
      definition.description ?? '',
      origin,
      taskId ?? null,
    ],
  );
  await insertVersion(tx, row as WorkflowRow, definition);
  return row as WorkflowRow;
}

export async function findWorkflow(tx: Tx, workflowId: string): Promise<WorkflowRow | null> {
  const [row] = await tx.sql<WorkflowRow>('SELECT * FROM workflows WHERE id = $1 AND workspace_id = $2', [
    workflowId,
    tx.workspaceId,
  ]);
  return row ?? null;
}

export async function lockWorkflow(tx: Tx, workflowId: string): Promise<WorkflowRow | null> {
  const [row] = await tx.sql<WorkflowRow>(
    'SELECT * FROM workflows WHERE id = $1 AND workspace_id = $2 FOR NO KEY UPDATE',
    [workflowId, tx.workspaceId],
  );
  return row ?? null;
}

/** Adds the next version; the caller holds the row's lock. */
export async function addVersion(
  tx: Tx,
  workflowId: string,
  definition: WorkflowDefinition,
): Promise<WorkflowRow> {
  const [row] = await tx.sql<WorkflowRow>(
    `UPDATE workflows SET name = $3, description = $4, version = version + 1, updated_at = clock_timestamp()
     WHERE id = $1 AND workspace_id = $2 RETURNING *`,
    [workflowId, tx.workspaceId, definition.name, definition.description ?? ''],
  );
  await insertVersion(tx, row as WorkflowRow, definition);
  return row as WorkflowRow;
}

export async function archiveWorkflow(tx: Tx, workflowId: string): Promise<void> {
  await tx.sql(
    `UPDATE workflows SET archived_at = coalesce(archived_at, clock_timestamp()), updated_at = clock_timestamp()
     WHERE id = $1 AND workspace_id = $2`,
    [workflowId, tx.workspaceId],
  );
}

export async function findVersion(
  tx: Tx,
  workflowId: string,
  version: number,
): Promise<WorkflowVersionRow | null> {
  const [row] = await tx.sql<WorkflowVersionRow>(
    'SELECT * FROM workflow_versions WHERE workflow_id = $1 AND version = $2 AND workspace_id = $3',
    [workflowId, version, tx.workspaceId],
  );
  return row ?? null;
}

export async function listVersions(tx: Tx, workflowId: string): Promise<WorkflowVersionRow[]> {
  return tx.sql<WorkflowVersionRow>(
    'SELECT * FROM workflow_versions WHERE workflow_id = $1 AND workspace_id = $2 ORDER BY version DESC',
    [workflowId, tx.workspaceId],
  );
}

async function insertVersion(tx: Tx, row: WorkflowRow, definition: WorkflowDefinition): Promise<void> {
  await tx.sql(
    `INSERT INTO workflow_versions (workflow_id, version, workspace_id, definition, actor) VALUES ($1, $2, $3, $4, $5)`,
    [row.id, row.version, tx.workspaceId, JSON.stringify(definition), tx.actor],
  );
}
