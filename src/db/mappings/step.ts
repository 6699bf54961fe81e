import { EntitySchema } from 'typeorm';
import type { StepChanges } from '../../contracts/run.ts';
import type { StepStatus } from '../../contracts/status.ts';
import type { Failure } from '../../contracts/task.ts';

export interface StepRow {
  runId: string;
  key: string;
  workspaceId: string;
  stepId: string;
  index: number | null;
  status: StepStatus;
  reason: string | null;
  taskId: string | null;
  output: unknown;
  error: Failure | null;
  attempts: number;
  dueAt: Date | null;
  startedAt: Date | null;
  endedAt: Date | null;
  changes: StepChanges | null;
  /** When a waiting step has waited long enough. */
  waitUntil: Date | null;
  approvalId: string | null;
  /** The run that a workflow step has become. */
  childRunId: string | null;
  /** Of a forEach that has begun: how many. */
  items: number | null;
}

export const StepMapping = new EntitySchema<StepRow>({
  name: 'Step',
  tableName: 'steps',
  columns: {
    runId: { type: 'text', primary: true },
    key: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    stepId: { type: 'text' },
    index: { type: 'integer', nullable: true },
    status: { type: 'text' },
    reason: { type: 'text', nullable: true },
    taskId: { type: 'text', nullable: true },
    output: { type: 'jsonb', nullable: true },
    error: { type: 'jsonb', nullable: true },
    attempts: { type: 'integer', default: 0 },
    dueAt: { type: 'timestamptz', nullable: true },
    startedAt: { type: 'timestamptz', nullable: true },
    endedAt: { type: 'timestamptz', nullable: true },
    changes: { type: 'jsonb', nullable: true },
    waitUntil: { type: 'timestamptz', nullable: true },
    approvalId: { type: 'text', nullable: true },
    childRunId: { type: 'text', nullable: true },
    items: { type: 'integer', nullable: true },
  },
  indices: [{ name: 'steps_task', columns: ['taskId'] }],
  foreignKeys: [
    { target: 'Run', columnNames: ['runId'], referencedColumnNames: ['id'] },
    { target: 'Task', columnNames: ['taskId'], referencedColumnNames: ['id'] },
    { target: 'Approval', columnNames: ['approvalId'], referencedColumnNames: ['id'] },
    { target: 'Run', columnNames: ['childRunId'], referencedColumnNames: ['id'] },
  ],
});
