import { EntitySchema } from 'typeorm';

export interface ApiKeyRow {
  id: string;
  workspaceId: string;
  principalId: string;
  name: string;
  hash: string;
  last4: string;
  scopes: string[];
  createdAt: Date;
  revokedAt: Date | null;
  /** It acts for this agent: it never decides approvals. */
  agentId: string | null;
}

export const ApiKeyMapping = new EntitySchema<ApiKeyRow>({
  name: 'ApiKey',
  tableName: 'api_keys',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    principalId: { type: 'text' },
    name: { type: 'text' },
    hash: { type: 'text' },
    last4: { type: 'text' },
    scopes: { type: 'jsonb', default: [] },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    revokedAt: { type: 'timestamptz', nullable: true },
    agentId: { type: 'text', nullable: true },
  },
  indices: [{ name: 'api_keys_hash', columns: ['hash'], unique: true }],
  foreignKeys: [
    { target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] },
    { target: 'Principal', columnNames: ['principalId'], referencedColumnNames: ['id'] },
    { target: 'Agent', columnNames: ['agentId'], referencedColumnNames: ['id'] },
  ],
});
