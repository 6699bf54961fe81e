import { EntitySchema } from 'typeorm';
import type { AgentRole } from '../../contracts/agent.ts';

/**
 * A card of an agent: all that assignment looks at, in one row per capability. The name is empty on the card for work that needs no
 * capability. `good` and `bad` are counts that fade, `asOf` (seconds since 1970) says as of when.
 */
export interface AgentCapabilityRow {
  agentId: string;
  name: string;
  workspaceId: string;
  level: number;
  role: AgentRole;
  tools: string[];
  duty: 'on' | 'paused' | 'archived';
  maxConcurrent: number;
  active: number;
  probeAt: Date | null;
  /** Of the agent: makes its luck with a task, the same one each time. */
  salt: number;
  good: number;
  bad: number;
  /** Running means of an attempt; null before the first. */
  microUsd: number | null;
  ms: number | null;
  asOf: number;
}

export const AgentCapabilityMapping = new EntitySchema<AgentCapabilityRow>({
  name: 'AgentCapability',
  tableName: 'agent_capabilities',
  columns: {
    agentId: { type: 'text', primary: true },
    name: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    level: { type: 'integer' },
    role: { type: 'text', default: 'master_operator' },
    tools: { type: 'text', array: true, default: [] },
    duty: { type: 'text', default: 'on' },
    maxConcurrent: { type: 'integer', default: 1 },
    active: { type: 'integer', default: 0 },
    probeAt: { type: 'timestamptz', nullable: true },
    salt: { type: 'integer', default: 1 },
    good: { type: 'double precision', default: 0 },
    bad: { type: 'double precision', default: 0 },
    microUsd: { type: 'double precision', nullable: true },
    ms: { type: 'double precision', nullable: true },
    asOf: { type: 'double precision', default: 0 },
  },
  indices: [{ name: 'agent_capabilities_need', columns: ['workspaceId', 'name', 'level'] }],
  foreignKeys: [{ target: 'Agent', columnNames: ['agentId'], referencedColumnNames: ['id'] }],
});
