import { EntitySchema } from 'typeorm';

export interface WorkspaceRow {
  id: string;
  name: string;
  settings: Record<string, unknown>;
  createdAt: Date;
}

export const WorkspaceMapping = new EntitySchema<WorkspaceRow>({
  name: 'Workspace',
  tableName: 'workspaces',
  columns: {
    id: { type: 'text', primary: true },
    name: { type: 'text' },
    settings: { type: 'jsonb', default: {} },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
  },
});
