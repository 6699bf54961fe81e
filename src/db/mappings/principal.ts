import { EntitySchema } from 'typeorm';

export interface PrincipalRow {
  id: string;
  workspaceId: string;
  kind: 'person' | 'service';
  name: string;
  role: 'owner' | 'operator' | 'viewer';
  createdAt: Date;
}

export const PrincipalMapping = new EntitySchema<PrincipalRow>({
  name: 'Principal',
  tableName: 'principals',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    kind: { type: 'text' },
    name: { type: 'text' },
    role: { type: 'text' },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
  },
  foreignKeys: [{ target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] }],
});
