import { EntitySchema } from 'typeorm';
import type { AssignmentRecord } from '../../contracts/assignment.ts';
import type { AttemptStatus } from '../../contracts/status.ts';
import type { Failure } from '../../contracts/task.ts';

export interface AttemptRow {
  id: string;
  workspaceId: string;
  taskId: string;
  n: number;
  agentId: string;
  agentRevision: number;
  status: AttemptStatus;
  assignment: AssignmentRecord;
  error: Failure | null;
  startedAt: Date;
  endedAt: Date | null;
}

export const AttemptMapping = new EntitySchema<AttemptRow>({
  name: 'Attempt',
  tableName: 'attempts',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    taskId: { type: 'text' },
    n: { type: 'integer' },
    agentId: { type: 'text' },
    agentRevision: { type: 'integer' },
    status: { type: 'text' },
    assignment: { type: 'jsonb' },
    error: { type: 'jsonb', nullable: true },
    startedAt: { type: 'timestamptz' },
    endedAt: { type: 'timestamptz', nullable: true },
  },
  indices: [
    { name: 'attempts_task_n', columns: ['taskId', 'n'], unique: true },
    { name: 'attempts_agent', columns: ['agentId', 'endedAt'] },
  ],
  foreignKeys: [
    { target: 'Task', columnNames: ['taskId'], referencedColumnNames: ['id'] },
    { target: 'Agent', columnNames: ['agentId'], referencedColumnNames: ['id'] },
  ],
});
