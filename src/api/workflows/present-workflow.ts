import type { WorkflowDefinition } from '../../contracts/workflow.ts';
import type { WorkflowSummary, WorkflowVersion, WorkflowView } from '../../contracts/workflow-view.ts';
import type { WorkflowVersionRow } from '../../db/mappings/workflow-version.ts';
import type { WorkflowRow } from '../../db/mappings/workflow.ts';

export function presentSummary(row: WorkflowRow): WorkflowSummary {
  const { id, name, description, origin, taskId, version, archivedAt, createdAt, updatedAt } = row;
  return {
    id,
    name,
    description,
    origin,
    taskId,
    version,
    archivedAt: archivedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export function presentWorkflow(row: WorkflowRow, definition: WorkflowDefinition): WorkflowView {
  return { ...presentSummary(row), definition };
}

export function presentVersion({
  version,
  actor,
  createdAt,
  definition,
}: WorkflowVersionRow): WorkflowVersion {
  return { version, actor, createdAt: createdAt.toISOString(), definition };
}
