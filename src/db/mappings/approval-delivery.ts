import { EntitySchema } from 'typeorm';

/** One thing that a webhook is told, until it has taken it: ready → done, or dead after too many tries. */
export interface ApprovalDeliveryRow {
  id: string;
  workspaceId: string;
  approvalId: string;
  event: 'approval.requested' | 'approval.reminded';
  status: 'ready' | 'done' | 'dead';
  tries: number;
  dueAt: Date;
  lastError: string | null;
  createdAt: Date;
  endedAt: Date | null;
}

export const ApprovalDeliveryMapping = new EntitySchema<ApprovalDeliveryRow>({
  name: 'ApprovalDelivery',
  tableName: 'approval_deliveries',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    approvalId: { type: 'text' },
    event: { type: 'text' },
    status: { type: 'text', default: 'ready' },
    tries: { type: 'integer', default: 0 },
    dueAt: { type: 'timestamptz', default: () => 'now()' },
    lastError: { type: 'text', nullable: true },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    endedAt: { type: 'timestamptz', nullable: true },
  },
  indices: [{ name: 'approval_deliveries_due', columns: ['dueAt'], where: `status = 'ready'` }],
  foreignKeys: [{ target: 'Approval', columnNames: ['approvalId'], referencedColumnNames: ['id'] }],
});
