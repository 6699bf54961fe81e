import { EntitySchema } from 'typeorm';

export interface ProviderKeyRow {
  workspaceId: string;
  provider: string;
  /** The key, encrypted; null for a server that wants none. */
  sealed: string | null;
  /** Which secret it was encrypted with. */
  keyId: string | null;
  last4: string | null;
  baseUrl: string | null;
  model: string | null;
  fit: string[] | null;
  actor: string;
  createdAt: Date;
  updatedAt: Date;
}

export const ProviderKeyMapping = new EntitySchema<ProviderKeyRow>({
  name: 'ProviderKey',
  tableName: 'provider_keys',
  columns: {
    workspaceId: { type: 'text', primary: true },
    provider: { type: 'text', primary: true },
    sealed: { type: 'text', nullable: true },
    keyId: { type: 'text', nullable: true },
    last4: { type: 'text', nullable: true },
    baseUrl: { type: 'text', nullable: true },
    model: { type: 'text', nullable: true },
    fit: { type: 'jsonb', nullable: true },
    actor: { type: 'text' },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
  },
  foreignKeys: [{ target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] }],
});
