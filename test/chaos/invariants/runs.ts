import { foldAgainstRecord } from '../../support/fold-and-record.ts';
import type { Invariant } from '../invariants.ts';

/** Runs that people started, and what everybody is told of everything. */
export const runInvariants: Invariant[] = [
  {
    name: 'every accepted run is in the record, once, and completed, or cancelled if people said so last',
    needs: 'runs',
    sql: `SELECT x.key, x.id, r.status, r.error FROM jsonb_to_recordset($1) AS x (key text, id text, expected text) LEFT JOIN runs r ON r.id = x.id
           WHERE r.status IS DISTINCT FROM coalesce(x.expected, 'completed')
          UNION ALL SELECT NULL, r.id, r.status, r.error FROM runs r WHERE r.task_id IS NULL AND r.parent_run_id IS NULL
             AND NOT EXISTS (SELECT 1 FROM jsonb_to_recordset($1) AS x (key text, id text) WHERE x.id = r.id)`,
  },
  {
    name: 'each item of a forEach is done once, in its place',
    sql: `SELECT r.id, each.step_id, each.items, jsonb_array_length(r.inputs->'items') AS given, each.last, each.tasks
            FROM (SELECT s.run_id, s.step_id, count(*) AS items, max(s.index) AS last, count(DISTINCT s.task_id) AS tasks,
                         count(*) FILTER (WHERE s.status <> 'completed') AS undone
                    FROM steps s WHERE s.index IS NOT NULL GROUP BY 1, 2) AS each
            JOIN runs r ON r.id = each.run_id AND r.status = 'completed'
           WHERE each.items <> jsonb_array_length(r.inputs->'items') OR each.last <> each.items - 1 OR each.tasks <> each.items OR each.undone > 0`,
  },
  {
    name: 'the events alone say what the record says',
    look: (sql) => foldAgainstRecord((text) => sql(text, [])),
  },
];
