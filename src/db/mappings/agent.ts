import { EntitySchema } from 'typeorm';
import type { AgentRole, AgentSpec } from '../../contracts/agent.ts';

export interface AgentRow {
  id: string;
  workspaceId: string;
  name: string;
  role: AgentRole;
  revision: number;
  spec: AgentSpec;
  maxConcurrent: number;
  active: number;
  succeeded: number;
  failed: number;
  /** Failures in a row. */
  failingStreak: number;
  /** Since when it gets probes instead of work; null: it is well. */
  failingSince: Date | null;
  /** When the next probe is due. */
  probeAt: Date | null;
  /** Probes since then. */
  probes: number;
  pausedAt: Date | null;
  archivedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export const AgentMapping = new EntitySchema<AgentRow>({
  name: 'Agent',
  tableName: 'agents',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    name: { type: 'text' },
    role: { type: 'text' },
    revision: { type: 'integer' },
    spec: { type: 'jsonb' },
    maxConcurrent: { type: 'integer' },
    active: { type: 'integer', default: 0 },
    succeeded: { type: 'integer', default: 0 },
    failed: { type: 'integer', default: 0 },
    failingStreak: { type: 'integer', default: 0 },
    failingSince: { type: 'timestamptz', nullable: true },
    probeAt: { type: 'timestamptz', nullable: true },
    probes: { type: 'integer', default: 0 },
    pausedAt: { type: 'timestamptz', nullable: true },
    archivedAt: { type: 'timestamptz', nullable: true },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
  },
  indices: [
    { name: 'agents_workspace', columns: ['workspaceId', 'id'] },
    { name: 'agents_hired', columns: ['workspaceId', 'role'], where: 'archived_at IS NULL' },
  ],
  foreignKeys: [{ target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] }],
});
