import { hasAll, hasRoom } from './able-agents.ts';
import { shutGate } from './agent-gate.ts';
import type { AssignmentQuery } from './assign-statement.ts';
import { allEnded } from '../connection.ts';
import { aheadInQueue, placeValues } from './queue-order.ts';
import type { Tx } from '../record.ts';

/**
 * For a task that found everybody busy and stands in the queue: the gate is shut, and looked at once more, with the commit, so that it is shut
 * for nobody's network. Should a slot have become free since, the commit is refused and all is begun anew (`stepwise`).
 */
export function queueUnlessFree(tx: Tx, { need, place, now }: Omit<AssignmentQuery, 'mayProbe'>): void {
  const values = [tx.workspaceId, ...placeValues(need, place), now];
  tx.lastly(() => allEnded([shutGate(tx), tx.sql(refusing, values)]));
}

const refusing = `SELECT adjutant_stepwise() WHERE ${aheadInQueue} < (
  SELECT coalesce(sum(c.max_concurrent - c.active), 0) FROM agent_capabilities c
   WHERE c.workspace_id = $1 AND ${hasRoom('$2::jsonb', '$8::timestamptz')} AND ${hasAll('$2::jsonb')})`;
