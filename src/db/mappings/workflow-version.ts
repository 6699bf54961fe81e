import { EntitySchema } from 'typeorm';
import type { WorkflowDefinition } from '../../contracts/workflow.ts';

export interface WorkflowVersionRow {
  workflowId: string;
  version: number;
  workspaceId: string;
  definition: WorkflowDefinition;
  actor: string;
  createdAt: Date;
}

export const WorkflowVersionMapping = new EntitySchema<WorkflowVersionRow>({
  name: 'WorkflowVersion',
  tableName: 'workflow_versions',
  columns: {
    workflowId: { type: 'text', primary: true },
    version: { type: 'integer', primary: true },
    workspaceId: { type: 'text' },
    definition: { type: 'jsonb' },
    actor: { type: 'text' },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
  },
  foreignKeys: [{ target: 'Workflow', columnNames: ['workflowId'], referencedColumnNames: ['id'] }],
});
