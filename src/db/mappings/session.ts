import { EntitySchema } from 'typeorm';

export interface SessionRow {
  hash: string;
  workspaceId: string;
  principalId: string;
  csrf: string;
  expiresAt: Date;
  createdAt: Date;
}

export const SessionMapping = new EntitySchema<SessionRow>({
  name: 'Session',
  tableName: 'sessions',
  columns: {
    hash: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    principalId: { type: 'text' },
    csrf: { type: 'text' },
    expiresAt: { type: 'timestamptz' },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
  },
  foreignKeys: [{ target: 'Principal', columnNames: ['principalId'], referencedColumnNames: ['id'] }],
});
