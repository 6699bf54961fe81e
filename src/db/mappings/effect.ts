import { EntitySchema } from 'typeorm';
import type { EffectStatus } from '../../contracts/status.ts';
import type { Amount } from '../../core/budget/escrow.ts';
import type { Failure } from '../../contracts/task.ts';
import type { EffectWaits } from '../../core/task/snapshot.ts';

export interface EffectRow {
  key: string;
  id: string;
  workspaceId: string;
  taskId: string;
  attempt: number;
  turn: number;
  kind: 'model' | 'tool';
  purpose: string;
  status: EffectStatus;
  tries: number;
  input: Record<string, unknown>;
  request: unknown;
  /** The most that the call can cost, while it is parked for want of room in a purse. */
  needs: Amount | null;
  /** What a tool call waits for, while somebody else has to give its answer. */
  waits: EffectWaits | null;
  /** A parked call that has to wait for its provider's rate limit is asked again then. */
  notBefore: Date | null;
  outcome: unknown;
  error: Failure | null;
  createdAt: Date;
  claimedAt: Date | null;
  settledAt: Date | null;
}

export const EffectMapping = new EntitySchema<EffectRow>({
  name: 'Effect',
  tableName: 'effects',
  columns: {
    key: { type: 'text', primary: true },
    id: { type: 'text' },
    workspaceId: { type: 'text' },
    taskId: { type: 'text' },
    attempt: { type: 'integer' },
    turn: { type: 'integer' },
    kind: { type: 'text' },
    purpose: { type: 'text' },
    status: { type: 'text' },
    tries: { type: 'integer', default: 0 },
    input: { type: 'jsonb', default: {} },
    request: { type: 'jsonb', nullable: true },
    needs: { type: 'jsonb', nullable: true },
    waits: { type: 'jsonb', nullable: true },
    notBefore: { type: 'timestamptz', nullable: true },
    outcome: { type: 'jsonb', nullable: true },
    error: { type: 'jsonb', nullable: true },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    claimedAt: { type: 'timestamptz', nullable: true },
    settledAt: { type: 'timestamptz', nullable: true },
  },
  indices: [
    { name: 'effects_id', columns: ['id'], unique: true },
    { name: 'effects_task', columns: ['taskId', 'attempt', 'turn'] },
  ],
  foreignKeys: [{ target: 'Task', columnNames: ['taskId'], referencedColumnNames: ['id'] }],
});
