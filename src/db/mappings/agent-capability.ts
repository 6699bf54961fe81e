import { EntitySchema } from 'typeorm';

export interface AgentCapabilityRow {
  agentId: string;
  name: string;
  workspaceId: string;
  level: number;
}

export const AgentCapabilityMapping = new EntitySchema<AgentCapabilityRow>({
  name: 'AgentCapability',
  tableName: 'agent_capabilities',
  columns: {
    agentId: { type: 'text', primary: true },
    name: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    level: { type: 'integer' },
  },
  indices: [{ name: 'agent_capabilities_need', columns: ['workspaceId', 'name', 'level'] }],
  foreignKeys: [{ target: 'Agent', columnNames: ['agentId'], referencedColumnNames: ['id'] }],
});
