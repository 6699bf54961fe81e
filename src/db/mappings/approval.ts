import { EntitySchema } from 'typeorm';
import type { ApprovalStatus } from '../../contracts/status.ts';

/** What a person is asked to agree to. One row for each attempt at the step that asks. */
export interface ApprovalRow {
  id: string;
  workspaceId: string;
  runId: string;
  stepKey: string;
  attempt: number;
  rootTaskId: string | null;
  title: string;
  details: string | null;
  status: ApprovalStatus;
  /** Of exactly what is asked; see `hashOf` in approval-store. */
  hash: string;
  requestedAt: Date;
  requestedBy: string;
  decidedAt: Date | null;
  decidedBy: string | null;
  note: string | null;
  expiresAt: Date | null;
  spentAt: Date | null;
}

export const ApprovalMapping = new EntitySchema<ApprovalRow>({
  name: 'Approval',
  tableName: 'approvals',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    runId: { type: 'text' },
    stepKey: { type: 'text' },
    attempt: { type: 'integer' },
    rootTaskId: { type: 'text', nullable: true },
    title: { type: 'text' },
    details: { type: 'text', nullable: true },
    status: { type: 'text' },
    hash: { type: 'text' },
    requestedAt: { type: 'timestamptz', default: () => 'now()' },
    requestedBy: { type: 'text' },
    decidedAt: { type: 'timestamptz', nullable: true },
    decidedBy: { type: 'text', nullable: true },
    note: { type: 'text', nullable: true },
    expiresAt: { type: 'timestamptz', nullable: true },
    spentAt: { type: 'timestamptz', nullable: true },
  },
  indices: [
    { name: 'approvals_workspace', columns: ['workspaceId', 'id'] },
    { name: 'approvals_step', columns: ['runId', 'stepKey', 'attempt'], unique: true },
  ],
  foreignKeys: [{ target: 'Run', columnNames: ['runId'], referencedColumnNames: ['id'] }],
});
