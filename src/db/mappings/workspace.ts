import { EntitySchema } from 'typeorm';

export interface WorkspaceRow {
  id: string;
  name: string;
  settings: Record<string, unknown>;
  /** Grows with every change of its providers: whoever keeps them in memory compares. */
  providersRevision: number;
  /** The same for its tool servers. */
  toolsRevision: number;
  createdAt: Date;
}

export const WorkspaceMapping = new EntitySchema<WorkspaceRow>({
  name: 'Workspace',
  tableName: 'workspaces',
  columns: {
    id: { type: 'text', primary: true },
    name: { type: 'text' },
    settings: { type: 'jsonb', default: {} },
    providersRevision: { type: 'integer', default: 0 },
    toolsRevision: { type: 'integer', default: 0 },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
  },
});
