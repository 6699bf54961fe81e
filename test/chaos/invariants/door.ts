import type { Invariant } from '../invariants.ts';

const accepted = `jsonb_to_recordset($1) AS a (key text, id text, expected text)`;

/** Accepted means kept: what was answered with 201 is there, once. */
export const doorInvariants: Invariant[] = [
  {
    name: 'every accepted task is in the record',
    needs: 'accepted',
    sql: `SELECT a.key, a.id FROM ${accepted} LEFT JOIN tasks t ON t.id = a.id WHERE t.id IS NULL`,
  },
  {
    name: 'an Idempotency-Key stands for exactly one task',
    needs: 'accepted',
    sql: `SELECT a.key, a.id, k.body->>'id' AS stored, count(*) OVER (PARTITION BY a.id) AS keys_of_this_task
            FROM ${accepted} LEFT JOIN idempotency_keys k ON k.key = a.key
           WHERE k.body->>'id' IS DISTINCT FROM a.id
           UNION ALL
          SELECT min(a.key), a.id, NULL, count(*) FROM ${accepted} GROUP BY a.id HAVING count(*) > 1`,
  },
  {
    name: 'nobody’s task was made twice',
    needs: 'accepted',
    sql: `SELECT t.id, t.title FROM tasks t WHERE t.parent_id IS NULL AND t.run_id IS NULL
             AND NOT EXISTS (SELECT 1 FROM ${accepted} WHERE a.id = t.id)`,
  },
  {
    name: 'every accepted task is completed, or cancelled if people said so last',
    needs: 'accepted',
    sql: `SELECT t.id, t.status, t.waiting_for, t.waiting_detail, t.error FROM tasks t JOIN ${accepted} ON a.id = t.id
           WHERE t.status <> coalesce(a.expected, 'completed')`,
  },
];
