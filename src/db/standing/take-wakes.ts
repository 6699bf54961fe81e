import type { Tx } from '../record.ts';

/**
 * A parent hears from Temporal that its child has closed, and looks; the `changed` in the outbox is for the case that it does not hear.
 * Long enough that it is hardly ever sent, short enough that nobody waits long.
 */
export const parentWakeMs = 2000;

/**
 * Whoever looks fulfils the hints that were written for later: they are done. To be called with the row's lock held and before anything is
 * read, so that the decision sees all that they were written for.
 *
 * What is due now is left to the dispatcher: it may be there to start a Temporal workflow anew, and whoever looks may be the last look of
 * the one that was lost.
 */
export function takeWakes(tx: Tx, target: string): void {
  tx.write(
    `UPDATE outbox SET status = 'done', done_at = now()
      WHERE id IN (SELECT id FROM outbox WHERE target = $1 AND status = 'ready' AND due_at > now() ORDER BY id FOR UPDATE SKIP LOCKED)`,
    [target],
  );
}

/** How long an answer may be under way on a busy machine before it counts as lost. */
const underWayMs = 10_000;

export interface PutOff {
  id: string;
  /** An earlier answer is under way for it. */
  underWay: boolean;
}

/**
 * The same hints, for a look whose answer may not arrive: put off, and fulfilled by whoever sees that it has arrived (`fulfilWakes`).
 *
 * Two CTEs, for the statement that locks the row (`locked`, a CTE of it): nothing is put off where nothing is locked. What is told while the
 * lock is waited for is not seen, and is told as ever. @returns `put`: the columns of PutOff, in SQL
 */
export function putOffWakes(target: string, locked: string): string {
  return `hints AS (
    SELECT o.id, o.due_at > o.created_at + interval '${parentWakeMs} ms' AS under_way FROM outbox o
     WHERE o.target = ${target} AND o.status = 'ready' AND o.due_at > now() AND EXISTS (SELECT FROM ${locked}) ORDER BY o.id FOR UPDATE SKIP LOCKED
  ), put AS (
    UPDATE outbox o SET due_at = now() + interval '${underWayMs} ms' FROM hints h WHERE o.id = h.id RETURNING o.id, h.under_way)`;
}

export function fulfilWakes(tx: Tx, ids: readonly string[] = []): void {
  if (ids.length === 0) return;
  tx.write(
    `UPDATE outbox SET status = 'done', done_at = now()
      WHERE id IN (SELECT id FROM outbox WHERE id = ANY ($1) AND status = 'ready' ORDER BY id FOR UPDATE SKIP LOCKED)`,
    [ids],
  );
}
