import { EntitySchema } from 'typeorm';

export interface WorkflowRow {
  id: string;
  workspaceId: string;
  name: string;
  description: string;
  origin: 'model' | 'template' | 'person';
  taskId: string | null;
  version: number;
  archivedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export const WorkflowMapping = new EntitySchema<WorkflowRow>({
  name: 'Workflow',
  tableName: 'workflows',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    name: { type: 'text' },
    description: { type: 'text' },
    origin: { type: 'text' },
    taskId: { type: 'text', nullable: true },
    version: { type: 'integer' },
    archivedAt: { type: 'timestamptz', nullable: true },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
  },
  indices: [{ name: 'workflows_workspace', columns: ['workspaceId', 'id'] }],
  foreignKeys: [{ target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] }],
});
