import { AgentRole, AgentStatus } from '../contracts/agent.ts';
import type { ListFields } from './list-page.ts';
import type { AgentRow } from './mappings/agent.ts';
import type { Tx } from './record.ts';

export type AgentView = AgentRow & { status: AgentStatus };

/** What core/agent-status.ts says. */
const status = `CASE WHEN t.archived_at IS NOT NULL OR t.paused_at IS NOT NULL THEN 'offline' WHEN t.failing_since IS NOT NULL THEN 'error'
  WHEN t.active >= t.max_concurrent THEN 'busy' WHEN t.active > 0 THEN 'active' ELSE 'idle' END`;

const capabilities = `ARRAY(SELECT c.name FROM agent_capabilities c WHERE c.agent_id = t.id AND c.name <> '')`;

export const agentList = {
  from: 'agents t',
  columns: `t.*, ${status} AS status`,
  fields: {
    name: { sql: 't.name', type: 'text' },
    role: { sql: 't.role', type: 'text', values: AgentRole.options },
    status: { sql: `(${status})`, type: 'text', values: AgentStatus.options },
    capabilities: { sql: capabilities, type: 'text', list: true, orderable: false },
    revision: { sql: 't.revision', type: 'number' },
    active: { sql: 't.active', type: 'number' },
    archived: { sql: '(t.archived_at IS NOT NULL)', type: 'bool' },
    createdAt: { sql: 't.created_at', type: 'time' },
    updatedAt: { sql: 't.updated_at', type: 'time' },
  },
} satisfies ListFields;

export async function readAgent(tx: Tx, agentId: string): Promise<AgentView | null> {
  const [row] = await tx.sql<AgentView>(
    `SELECT ${agentList.columns} FROM agents t WHERE t.id = $1 AND t.workspace_id = $2`,
    [agentId, tx.workspaceId],
  );
  return row ?? null;
}
