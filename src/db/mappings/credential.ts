import { EntitySchema } from 'typeorm';
import type { CredentialPlacement } from '../../contracts/credential.ts';

export interface CredentialRow {
  id: string;
  workspaceId: string;
  name: string;
  /** Where in a request the secret goes. */
  placement: CredentialPlacement;
  /** Where it may be sent. */
  hosts: string[];
  sealed: string;
  /** Which secret it was encrypted with. */
  keyId: string;
  last4: string;
  actor: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export const CredentialMapping = new EntitySchema<CredentialRow>({
  name: 'Credential',
  tableName: 'credentials',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    name: { type: 'text' },
    placement: { type: 'jsonb' },
    hosts: { type: 'jsonb' },
    sealed: { type: 'text' },
    keyId: { type: 'text' },
    last4: { type: 'text' },
    actor: { type: 'text' },
    version: { type: 'integer', default: 1 },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
  },
  indices: [{ name: 'credentials_name', columns: ['workspaceId', 'name'], unique: true }],
  foreignKeys: [{ target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] }],
});
