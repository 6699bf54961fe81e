import { EntitySchema } from 'typeorm';
import type { RunStatus } from '../../contracts/status.ts';
import type { Failure } from '../../contracts/task.ts';

/**
 * How a run stands with new plans: how many were asked for; of the one that is open the failed steps, and what was heard that changes the
 * plan; why there is none for the steps that failed.
 */
export interface ReplanState {
  asked: number;
  open: string[] | null;
  news?: string | null;
  declined: string | null;
}

export interface RunRow {
  id: string;
  workspaceId: string;
  workflowId: string;
  workflowVersion: number;
  name: string;
  taskId: string | null;
  rootTaskId: string | null;
  status: RunStatus;
  inputs: Record<string, unknown>;
  output: unknown;
  error: Failure | null;
  priority: number;
  depth: number;
  cancelRequestedAt: Date | null;
  cancelReason: string | null;
  pausedAt: Date | null;
  wakeAt: Date | null;
  version: number;
  actor: string;
  temporalStartedAt: Date | null;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  /** The run whose step this run carries out. */
  parentRunId: string | null;
  parentStepKey: string | null;
  /** How many runs are above it. */
  nesting: number;
  /** Which of its task's plans it carries out. */
  planN: number | null;
  replan: ReplanState | null;
}

export const RunMapping = new EntitySchema<RunRow>({
  name: 'Run',
  tableName: 'runs',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    workflowId: { type: 'text' },
    workflowVersion: { type: 'integer' },
    name: { type: 'text' },
    taskId: { type: 'text', nullable: true },
    rootTaskId: { type: 'text', nullable: true },
    status: { type: 'text' },
    inputs: { type: 'jsonb' },
    output: { type: 'jsonb', nullable: true },
    error: { type: 'jsonb', nullable: true },
    priority: { type: 'integer' },
    depth: { type: 'integer' },
    cancelRequestedAt: { type: 'timestamptz', nullable: true },
    cancelReason: { type: 'text', nullable: true },
    pausedAt: { type: 'timestamptz', nullable: true },
    wakeAt: { type: 'timestamptz', nullable: true },
    version: { type: 'integer', default: 1 },
    actor: { type: 'text' },
    temporalStartedAt: { type: 'timestamptz', nullable: true },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    startedAt: { type: 'timestamptz', nullable: true },
    endedAt: { type: 'timestamptz', nullable: true },
    parentRunId: { type: 'text', nullable: true },
    parentStepKey: { type: 'text', nullable: true },
    nesting: { type: 'integer', default: 0 },
    planN: { type: 'integer', nullable: true },
    replan: { type: 'jsonb', nullable: true },
  },
  indices: [
    { name: 'runs_workspace', columns: ['workspaceId', 'id'] },
    { name: 'runs_task', columns: ['taskId'] },
    { name: 'runs_parent', columns: ['parentRunId'] },
    { name: 'runs_open', columns: ['id'], where: `status NOT IN ('completed', 'failed', 'cancelled')` },
  ],
  foreignKeys: [
    { target: 'Workflow', columnNames: ['workflowId'], referencedColumnNames: ['id'] },
    { target: 'Task', columnNames: ['taskId'], referencedColumnNames: ['id'] },
    { target: 'Run', columnNames: ['parentRunId'], referencedColumnNames: ['id'] },
  ],
});
