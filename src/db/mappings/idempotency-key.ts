import { EntitySchema } from 'typeorm';

export interface IdempotencyKeyRow {
  principalId: string;
  route: string;
  key: string;
  bodyHash: string;
  status: number | null;
  body: unknown;
  location: string | null;
  createdAt: Date;
}

export const IdempotencyKeyMapping = new EntitySchema<IdempotencyKeyRow>({
  name: 'IdempotencyKey',
  tableName: 'idempotency_keys',
  columns: {
    principalId: { type: 'text', primary: true },
    route: { type: 'text', primary: true },
    key: { type: 'text', primary: true },
    bodyHash: { type: 'text' },
    status: { type: 'integer', nullable: true },
    body: { type: 'jsonb', nullable: true },
    location: { type: 'text', nullable: true },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
  },
  indices: [{ name: 'idempotency_keys_created', columns: ['createdAt'] }],
  foreignKeys: [{ target: 'Principal', columnNames: ['principalId'], referencedColumnNames: ['id'] }],
});
