import { EntitySchema } from 'typeorm';

export interface OutboxEntryRow {
  id: string;
  workspaceId: string;
  target: string;
  label: string;
  rootTaskId: string | null;
  status: 'ready' | 'leased' | 'done' | 'dead';
  dueAt: Date;
  leaseUntil: Date | null;
  tries: number;
  lastError: string | null;
  createdAt: Date;
  doneAt: Date | null;
}

export const OutboxEntryMapping = new EntitySchema<OutboxEntryRow>({
  name: 'OutboxEntry',
  tableName: 'outbox',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    target: { type: 'text' },
    label: { type: 'text' },
    rootTaskId: { type: 'text', nullable: true },
    status: { type: 'text', default: 'ready' },
    dueAt: { type: 'timestamptz', default: () => 'now()' },
    leaseUntil: { type: 'timestamptz', nullable: true },
    tries: { type: 'integer', default: 0 },
    lastError: { type: 'text', nullable: true },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    doneAt: { type: 'timestamptz', nullable: true },
  },
  indices: [
    { name: 'outbox_ready', columns: ['target'], where: `status = 'ready'` },
    { name: 'outbox_due', columns: ['dueAt'], where: `status IN ('ready', 'leased')` },
    { name: 'outbox_done', columns: ['doneAt'], where: `status = 'done'` },
    { name: 'outbox_dead', columns: ['id'], where: `status = 'dead'` },
  ],
});
