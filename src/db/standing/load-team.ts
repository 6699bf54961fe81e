import type { ToolCard } from '../../contracts/tool-card.ts';
import { comesByItself } from '../../core/policy/may-call.ts';
import type { Team } from '../../core/task/snapshot.ts';
import { countDeciders } from '../approvals/approval-rule-store.ts';
import { goalGiver } from '../approvals/goal-giver.ts';
import type { Tx } from '../record.ts';

/** Who is there, what they can use, and which workflows a plan may call. `rootTaskId`: people may decide but for who gave that goal. */
export async function loadTeam(
  tx: Tx,
  world: { tools: readonly Pick<ToolCard, 'name' | 'description' | 'risk'>[] },
  rootTaskId: string | null = null,
): Promise<Team> {
  const agents = await tx.sql<Team['agents'][number]>(
    `SELECT a.id, a.name, a.role, a.spec->'capabilities' AS capabilities, a.spec->'tools' AS tools, a.spec->>'instructions' AS instructions,
            a.active, a.max_concurrent, a.succeeded, a.failed, a.paused_at IS NOT NULL OR a.failing_since IS NOT NULL AS away,
            (SELECT avg(c.micro_usd) / 1e6 FROM agent_capabilities c WHERE c.agent_id = a.id) AS usd_per_task
       FROM agents a
      WHERE a.workspace_id = $1 AND a.archived_at IS NULL ORDER BY a.id LIMIT 500`,
    [tx.workspaceId],
  );
  const workflows = await tx.sql<Team['workflows'][number]>(
    `SELECT w.id, w.name, left(w.description, 300) AS description, array_agg(v.version ORDER BY v.version) AS versions
       FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id
      WHERE w.workspace_id = $1 AND w.task_id IS NULL AND w.archived_at IS NULL GROUP BY w.id, w.name`,
    [tx.workspaceId],
  );
  const planTools = world.tools.flatMap(({ name, description, risk }) =>
    risk === 'low' && !comesByItself(name) ? [{ name, description }] : [],
  );
  const deciders = await countDeciders(tx, rootTaskId && (await goalGiver(tx, rootTaskId)));
  const tools = world.tools.map(({ name }) => name).filter((name) => !comesByItself(name));
  return { agents, workflows, tools, planTools, deciders };
}
