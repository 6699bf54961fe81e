import { EntitySchema } from 'typeorm';
import type { PlanChanges, PlanCorrection, PlanKind, PlanOrigin, PlanStatus } from '../../contracts/plan.ts';

/** One plan that was proposed for a task. The run of the plan carries out the accepted one with the highest number. */
export interface PlanRow {
  taskId: string;
  n: number;
  workspaceId: string;
  kind: PlanKind;
  status: PlanStatus;
  origin: PlanOrigin;
  reason: string;
  /** Null only where there are no steps: one that is wanted, or was declined. */
  workflowId: string | null;
  workflowVersion: number | null;
  /** Of a revision: what became of the steps. */
  changes: PlanChanges | null;
  /** Of a correction: what is to be done again. */
  corrections: PlanCorrection[] | null;
  actor: string;
  createdAt: Date;
  decidedAt: Date | null;
  decidedBy: string | null;
  note: string | null;
  /** By whoever accepted it: it is not carried out as it was proposed. */
  edited: boolean;
}

export const PlanMapping = new EntitySchema<PlanRow>({
  name: 'Plan',
  tableName: 'plans',
  columns: {
    taskId: { type: 'text', primary: true },
    n: { type: 'integer', primary: true },
    workspaceId: { type: 'text' },
    kind: { type: 'text' },
    status: { type: 'text' },
    origin: { type: 'text' },
    reason: { type: 'text' },
    workflowId: { type: 'text', nullable: true },
    workflowVersion: { type: 'integer', nullable: true },
    changes: { type: 'jsonb', nullable: true },
    corrections: { type: 'jsonb', nullable: true },
    actor: { type: 'text' },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    decidedAt: { type: 'timestamptz', nullable: true },
    decidedBy: { type: 'text', nullable: true },
    note: { type: 'text', nullable: true },
    edited: { type: 'boolean', default: false },
  },
  foreignKeys: [{ target: 'Task', columnNames: ['taskId'], referencedColumnNames: ['id'] }],
});
