import { isFinished } from '../../contracts/status.ts';
import { wantsToWrite } from '../../core/messages/hops.ts';
import { givesWork } from '../../core/task/delegation.ts';
import { isAsked } from '../../core/task/replanning.ts';
import { isJudge } from '../../core/task/reporting.ts';
import type { Lineage, TaskSnapshot } from '../../core/task/snapshot.ts';
import type { TaskRow } from '../mappings/task.ts';
import { loadHops } from '../messages/heard-hops.ts';
import { loadUnderWay } from '../plan-store.ts';
import type { Tx } from '../record.ts';
import { loadTeam } from './load-team.ts';
import type { World } from './world.ts';

type Facts = Omit<TaskSnapshot, 'models' | 'team'>;

/**
 * What only some decisions look at: the team while somebody plans, the plan under way while it is changed, the family of who delegates, how
 * far the talk of agents has gone where one writes. */
export async function loadPlanningFacts(
  tx: Tx,
  { task, facts }: { task: TaskRow; facts: Facts },
  world: World,
): Promise<Pick<TaskSnapshot, 'team' | 'underWay' | 'lineage' | 'hops'>> {
  const last = facts.effects.at(-1);
  if (isFinished(task.status) || task.attempt === 0) return { team: null };
  const hops = wantsToWrite(last) ? await loadHops(tx, task) : null;
  if (task.role !== 'chief_of_staff')
    return { team: null, hops, lineage: givesWork(last) ? await loadLineage(tx, task) : null };
  const asked = isAsked({ ...facts, models: [], team: null });
  const judged = last !== undefined && isJudge(last);
  const changing = task.planRunId !== null && (asked || judged);
  return {
    team: task.planRunId === null || asked ? await loadTeam(tx, world, task.rootId) : null,
    underWay: changing && task.planRunId !== null ? await loadUnderWay(tx, task.planRunId) : null,
    lineage: givesWork(last) ? await loadLineage(tx, task) : null,
    hops,
  };
}

/** Goals are compared by their beginning: that is where they say what they are. */
const goalCharacters = 5000;

async function loadLineage(tx: Tx, task: TaskRow): Promise<Lineage> {
  const [row] = await tx.sql<Lineage>(
    `WITH RECURSIVE up (id, parent_id, goal) AS (
       SELECT id, parent_id, left(goal, ${goalCharacters}) FROM tasks WHERE id = $1 AND workspace_id = $2
       UNION ALL SELECT t.id, t.parent_id, left(t.goal, ${goalCharacters}) FROM up JOIN tasks t ON t.id = up.parent_id)
     SELECT (SELECT count(*)::int FROM tasks WHERE parent_id = $1 AND run_id IS NULL) AS children,
            (SELECT json_agg(goal) FROM up) AS goals`,
    [task.id, tx.workspaceId],
  );
  return { children: row?.children ?? 0, goals: row?.goals ?? [] };
}
