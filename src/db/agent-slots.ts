/**
 * Slots: how many tasks an agent works on at once.
 *
 * 1. Capacity is `active < max_concurrent` inside the same UPDATE that takes the slot.
 * 2. The transaction that frees a slot picks the next waiter and wakes it. Rows that somebody holds are passed over, so that the
 *    order of locks (task before agent) cannot end in a deadlock.
 * 3. Who decides to wait holds the agents' locks until it has committed, so that no freed slot and no waiter miss each other.
 */
import type { AssignmentCandidate } from '../core/task/score-assignment.ts';
import type { AgentRole, Capability } from '../contracts/agent.ts';
import type { Tx } from './record.ts';

export async function takeSlot(tx: Tx, agentId: string): Promise<{ revision: number } | null> {
  const [row] = await tx.sql<{ revision: number }>(
    `UPDATE agents SET active = active + 1
      WHERE id = $1 AND workspace_id = $2 AND active < max_concurrent AND paused_at IS NULL AND archived_at IS NULL
      RETURNING revision`,
    [agentId, tx.workspaceId],
  );
  return row ?? null;
}

/**
 * Locks agents before somebody decides to wait for one of them: a slot that is being freed by a transaction under way is then seen, and
 * one that is freed later sees the waiter. In order of ids, so that two who look at the same agents do not block each other.
 */
export async function lockAgents(tx: Tx, agentIds: readonly string[]): Promise<void> {
  await tx.sql(
    'SELECT id FROM agents WHERE id = ANY ($1) AND workspace_id = $2 ORDER BY id FOR NO KEY UPDATE',
    [agentIds, tx.workspaceId],
  );
}

/** At the end of the transaction, so that the agent's row, which everybody wants, is held for as short as can be. */
export function freeSlot(tx: Tx, agentId: string, outcome?: 'succeeded' | 'failed'): void {
  tx.atEnd(async () => {
    await tx.sql(
      `UPDATE agents SET active = greatest(active - 1, 0), succeeded = succeeded + $3, failed = failed + $4
        WHERE id = $1 AND workspace_id = $2`,
      [agentId, tx.workspaceId, outcome === 'succeeded' ? 1 : 0, outcome === 'failed' ? 1 : 0],
    );
    await callNextWaiter(tx);
  });
}

/** Wakes the next task that waits for an agent who has a free slot now. One who was called and does not take the slot passes the call on. */
export async function callNextWaiter(tx: Tx): Promise<void> {
  const [waiter] = await tx.sql<{ id: string; title: string; rootId: string }>(
    `UPDATE tasks SET waits_on = NULL WHERE id = (
       SELECT t.id FROM tasks t
        WHERE t.workspace_id = $1 AND t.status = 'waiting' AND t.waiting_for = 'capacity'
          AND EXISTS (SELECT 1 FROM agents a WHERE a.id = ANY (t.waits_on) AND a.active < a.max_concurrent
                        AND a.paused_at IS NULL AND a.archived_at IS NULL)
        ORDER BY t.priority DESC, t.waiting_since, t.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
     RETURNING id, title, root_id`,
    [tx.workspaceId],
  );
  if (waiter) tx.wake({ target: `task/${waiter.id}`, label: waiter.title, rootTaskId: waiter.rootId });
}

/** Counts what a finished attempt was when its slot had been given back before. */
export async function countOutcome(tx: Tx, agentId: string, outcome: 'succeeded' | 'failed'): Promise<void> {
  await tx.sql(`UPDATE agents SET ${outcome} = ${outcome} + 1 WHERE id = $1 AND workspace_id = $2`, [
    agentId,
    tx.workspaceId,
  ]);
}

export interface CandidateQuery {
  role: AgentRole;
  needs: Capability[];
  wantedAgentId: string | null;
  excluded: string[];
}

/** Every agent that could do it, free or not: required capabilities are a hard filter, without locks. */
export async function findCandidates(tx: Tx, query: CandidateQuery): Promise<AssignmentCandidate[]> {
  return tx.sql<AssignmentCandidate>(
    `SELECT a.id, a.name, a.spec->'capabilities' AS capabilities, a.active, a.max_concurrent, a.succeeded, a.failed
       FROM agents a
      WHERE a.workspace_id = $1 AND a.role = $2 AND a.archived_at IS NULL AND a.paused_at IS NULL
        AND ($3::text IS NULL OR a.id = $3) AND a.id <> ALL ($4::text[])
        AND (SELECT count(*) FROM unnest($5::text[], $6::int[]) AS need (name, level)
               JOIN agent_capabilities c ON c.agent_id = a.id AND c.name = need.name AND c.level >= need.level) = cardinality($5::text[])`,
    [
      tx.workspaceId,
      query.role,
      query.wantedAgentId,
      query.excluded,
      query.needs.map((need) => need.name),
      query.needs.map((need) => need.level),
    ],
  );
}

export async function countAgents(tx: Tx, role: AgentRole): Promise<number> {
  const [row] = await tx.sql<{ n: number }>(
    'SELECT count(*)::int AS n FROM agents WHERE workspace_id = $1 AND role = $2 AND archived_at IS NULL',
    [tx.workspaceId, role],
  );
  return row?.n ?? 0;
}
