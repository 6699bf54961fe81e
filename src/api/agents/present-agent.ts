import type { AgentRevision } from '../../contracts/agent-revision.ts';
import type { Agent } from '../../contracts/agent.ts';
import type { AgentView } from '../../db/agent-reads.ts';
import type { AgentRevisionRow } from '../../db/mappings/agent-revision.ts';

export function presentAgent(row: AgentView): Agent {
  return {
    id: row.id,
    ...row.spec,
    revision: row.revision,
    status: row.status,
    active: row.active,
    archivedAt: row.archivedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function presentRevision(row: AgentRevisionRow): AgentRevision {
  return { revision: row.revision, spec: row.spec, actor: row.actor, createdAt: row.createdAt.toISOString() };
}
