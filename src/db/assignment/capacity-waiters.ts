import type { CapacityNeed } from '../../contracts/assignment.ts';
import type { TaskRow } from '../mappings/task.ts';
import { hasAll, hasRoom } from './able-agents.ts';
import { passGate } from './agent-gate.ts';
import { allEnded } from '../connection.ts';
import { aheadInQueue, placeValues, queueOrder } from './queue-order.ts';
import type { Database, Tx } from '../record.ts';

/** More would only queue again: whoever frees a slot wakes the next one. */
const most = 200;
/** Whoever was called and did not come by then is called again. */
const patience = '10 s';

interface Waiter {
  id: string;
  title: string;
  rootId: string;
}

/**
 * Lets tasks that wait for a free agent look again, because agents changed: a new one, a resumed one, more slots or capabilities, one that
 * keeps failing or is well again.
 * @param gone it takes no new work any more: all that wait for it by name say so, or end
 */
export async function wakeCapacityWaiters(tx: Tx, gone: string | null = null): Promise<void> {
  const waiters = await tx.sql<Waiter>(
    `SELECT id, title, root_id FROM (
       SELECT t.*, row_number() OVER (ORDER BY ${queueOrder('t')}) AS place FROM tasks t
        WHERE t.workspace_id = $1 AND t.status = 'waiting' AND t.waiting_for = 'capacity') AS q
      WHERE place <= ${most} OR waiting_need->>'agentId' = $2 ORDER BY place`,
    [tx.workspaceId, gone],
  );
  for (const waiter of waiters) wake(tx, waiter);
  // Behind so many who want somebody else there may be one for whom a slot is free; who takes it calls the next.
  if (waiters.length >= most) await callNextWaiter(tx);
}

/** When a task has left the queue without a slot: one may be free that was meant for it. */
export function leaveQueue(tx: Tx): void {
  tx.atEnd(async () => {
    // In this order, and the second sees who waited until the first was through.
    await allEnded([passGate(tx), callNextWaiter(tx)]);
  });
}

/**
 * Wakes the first in the queue for whom somebody has a free slot now. One who was called and does not take the slot passes the call on.
 * Needs are few where waiters are many: who is able is looked up once per need.
 *
 * Rows that somebody holds are passed over, because waiting for them could end in a deadlock. When those are the only ones, all of them are
 * woken without a mark: who holds them may be another caller, or somebody who writes to the task and will never look for a slot, and a call
 * that reached nobody would be lost for good.
 *
 * @returns whether there was anybody
 */
export async function callNextWaiter(tx: Tx): Promise<boolean> {
  const called = await tx.sql<Waiter>(calling, [tx.workspaceId]);
  for (const waiter of called) wake(tx, waiter);
  return called.length > 0;
}

const calling = `
  WITH queue AS MATERIALIZED (
    SELECT id, waiting_need AS need FROM tasks
     WHERE workspace_id = $1 AND status = 'waiting' AND waiting_for = 'capacity' AND (called_at > clock_timestamp() - interval '${patience}') IS NOT TRUE
  ), needs AS MATERIALIZED (SELECT DISTINCT need FROM queue
  ), open AS MATERIALIZED (
    SELECT need FROM needs WHERE need IS NULL OR EXISTS (
      SELECT 1 FROM agent_capabilities c
       WHERE c.workspace_id = $1 AND ${hasRoom('need')} AND ${hasAll('need')})
  ), called AS (
    UPDATE tasks SET called_at = clock_timestamp() WHERE id = (
      SELECT t.id FROM tasks t JOIN queue q ON q.id = t.id
       WHERE t.workspace_id = $1 AND t.status = 'waiting' AND t.waiting_for = 'capacity'
         AND EXISTS (SELECT 1 FROM open o WHERE o.need IS NOT DISTINCT FROM q.need)
       ORDER BY coalesce(q.need->'resume' = 'true', false) DESC, ${queueOrder('t')} LIMIT 1 FOR NO KEY UPDATE OF t SKIP LOCKED)
    RETURNING id, title, root_id
  )
  SELECT id, title, root_id FROM called
  UNION ALL (
    SELECT t.id, t.title, t.root_id FROM tasks t JOIN queue q ON q.id = t.id
     WHERE NOT EXISTS (SELECT 1 FROM called) AND EXISTS (SELECT 1 FROM open o WHERE o.need IS NOT DISTINCT FROM q.need) LIMIT ${most})`;

function wake(tx: Tx, { id, title, rootId }: Waiter): void {
  tx.wake({ target: `task/${id}`, label: title, rootTaskId: rootId });
}

/** Nobody should wait so long beside a free slot. */
const forgottenAfter = '30 s';

/** For a round now and then: should a call ever have reached nobody, it is made again. */
export async function callForgotten(db: Database): Promise<void> {
  const rows = await db.acrossWorkspaces<{ workspaceId: string }>(
    `SELECT DISTINCT workspace_id FROM tasks
      WHERE status = 'waiting' AND waiting_for = 'capacity' AND waiting_since < now() - interval '${forgottenAfter}'`,
  );
  for (const { workspaceId } of rows)
    await db.inWorkspace({ workspaceId, actor: 'system' }, async (tx) => leaveQueue(tx));
}

/** 1: next among those with the same need. */
export async function positionInQueue(
  tx: Tx,
  task: TaskRow & { waitingNeed: CapacityNeed },
): Promise<number> {
  const [row] = await tx.sql<{ n: number }>(`SELECT ${aheadInQueue} AS n`, [
    tx.workspaceId,
    ...placeValues(task.waitingNeed, task),
  ]);
  return (row?.n ?? 0) + 1;
}
