import type { ToolCard } from '../../contracts/tool-card.ts';
import type { Team } from '../../core/task/snapshot.ts';
import type { Tx } from '../record.ts';

/** Who is there, what they can use, and which workflows a plan may call. */
export async function loadTeam(tx: Tx, world: { tools: readonly Pick<ToolCard, 'name' | 'description' | 'risk'>[] }): Promise<Team> {
  const agents = await tx.sql<Team['agents'][number]>(
    `SELECT id, name, role, spec->'capabilities' AS capabilities, spec->>'instructions' AS instructions,
            active, max_concurrent, succeeded, failed
       FROM agents WHERE workspace_id = $1 AND archived_at IS NULL ORDER BY id LIMIT 500`,
    [tx.workspaceId],
  );
  const workflows = await tx.sql<Team['workflows'][number]>(
    `SELECT w.id, w.name, left(w.description, 300) AS description, array_agg(v.version ORDER BY v.version) AS versions
       FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id
      WHERE w.workspace_id = $1 AND w.task_id IS NULL AND w.archived_at IS NULL GROUP BY w.id, w.name`,
    [tx.workspaceId],
  );
  const planTools = world.tools.flatMap(({ name, description, risk }) =>
    risk === 'low' ? [{ name, description }] : [],
  );
  return { agents, workflows, tools: world.tools.map(({ name }) => name), planTools };
}
