import type { AgentRole, Capability } from '../contracts/agent.ts';
import type { PastGoal } from '../core/budget/forecast.ts';
import type { Tx } from './record.ts';

/** Whose goals are like the new one. */
export interface GoalKind {
  role: AgentRole;
  /** The agent that shall do it. */
  agentId: string | null;
  requires: readonly Capability[];
}

/** The newest completed goals that were given in the same way count; older ones say less. */
const newest = 100;
/** The words of a long goal that are compared. */
const words = 600;

export async function readPastGoals(
  tx: Tx,
  { role, agentId, requires }: GoalKind,
  goal: string,
): Promise<PastGoal[]> {
  return tx.sql<PastGoal>(
    `SELECT l.micro_usd, coalesce(l.tokens, 0)::float8 AS tokens, g.ms, g.likeness
       FROM (SELECT t.id, (extract(epoch FROM t.ended_at - t.started_at) * 1000)::float8 AS ms,
                    similarity(left(t.goal, ${words}), left($5, ${words}))::float8 AS likeness
               FROM tasks t
              WHERE t.workspace_id = $1 AND t.role = $2 AND t.parent_id IS NULL AND t.run_id IS NULL AND t.status = 'completed'
                AND t.started_at IS NOT NULL AND ($3::text IS NULL OR t.agent_id = $3) AND ($4::jsonb IS NULL OR t.requires @> $4)
              ORDER BY t.id DESC LIMIT ${newest}) g
       CROSS JOIN LATERAL (
         SELECT CASE WHEN bool_or(micro_usd IS NULL AND outcome <> 'open') THEN NULL ELSE coalesce(sum(micro_usd), 0)::float8 END AS micro_usd,
                sum(input_tokens + output_tokens) AS tokens
           FROM ledger WHERE root_task_id = g.id) l`,
    [
      tx.workspaceId,
      role,
      agentId,
      requires.length === 0 ? null : JSON.stringify(requires.map(({ name }) => ({ name }))),
      goal,
    ],
  );
}

/** The shortest answer that an agent of this kind may give: no call is cheaper than that. */
export async function readLeastAnswer(tx: Tx, { role, agentId }: GoalKind): Promise<number> {
  const [row] = await tx.sql<{ least: number | null }>(
    `SELECT min((spec->'modelPolicy'->>'maxOutputTokens')::int) AS least FROM agents
      WHERE workspace_id = $1 AND role = $2 AND archived_at IS NULL AND ($3::text IS NULL OR id = $3)`,
    [tx.workspaceId, role, agentId],
  );
  return row?.least ?? 1;
}
