import type { OpenRow } from '../db/open-rows.ts';
import type { Database } from '../db/record.ts';

/** Few enough for a short transaction; streams are locked in order of their names by the record itself. */
const batch = 100;

/** Asks for each row's Temporal workflow again, with an event that says why. Answers how many were woken. */
export async function wakeRows(db: Database, rows: OpenRow[], why: string): Promise<number> {
  for (const [workspaceId, mine] of Map.groupBy(rows, (row) => row.workspaceId)) {
    for (let from = 0; from < mine.length; from += batch) {
      await db.inWorkspace({ workspaceId, actor: 'system' }, async (tx) => {
        for (const { target, label, rootTaskId } of mine.slice(from, from + batch)) {
          tx.emit({ stream: target, type: 'repair.made', data: { what: 'woken', why } }, { rootTaskId });
          tx.wake({ target, label, rootTaskId });
        }
      });
    }
  }
  return rows.length;
}
