import { EntitySchema } from 'typeorm';
import type { AgentSpec } from '../../contracts/agent.ts';

export interface AgentRevisionRow {
  agentId: string;
  revision: number;
  workspaceId: string;
  spec: AgentSpec;
  actor: string;
  createdAt: Date;
}

export const AgentRevisionMapping = new EntitySchema<AgentRevisionRow>({
  name: 'AgentRevision',
  tableName: 'agent_revisions',
  columns: {
    agentId: { type: 'text', primary: true },
    revision: { type: 'integer', primary: true },
    workspaceId: { type: 'text' },
    spec: { type: 'jsonb' },
    actor: { type: 'text' },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
  },
  foreignKeys: [{ target: 'Agent', columnNames: ['agentId'], referencedColumnNames: ['id'] }],
});
