import type { Tx } from '../record.ts';

/** Any number of our own: with the workspace's hash it names this lock among PostgreSQL's advisory ones. */
const asking = 4701;

/**
 * Whether this task waits, through whoever it asked or gave work to, for the other one, which would never get an answer from it. A Chief of
 * Staff hears while it waits. Who means to wait asks here first and commits: of two that ask each other at the same moment one comes second,
 * and sees it.
 */
export async function waitsFor(tx: Tx, taskId: string, other: string): Promise<boolean> {
  await tx.sql('SELECT pg_advisory_xact_lock($1, hashtext($2))', [asking, tx.workspaceId]);
  const [row] = await tx.sql<{ found: boolean }>(
    `WITH RECURSIVE chain AS (
       SELECT $1::text AS id
       UNION
       SELECT coalesce(m.task_id, w.id) FROM chain c
         JOIN tasks t ON t.id = c.id AND t.role <> 'chief_of_staff'
         JOIN effects e ON e.task_id = t.id AND e.attempt = t.attempt AND e.status = 'waiting'
         CROSS JOIN LATERAL jsonb_array_elements_text(e.waits->'on') AS w (id)
         LEFT JOIN messages m ON m.id = w.id
     )
     SELECT EXISTS (SELECT 1 FROM chain WHERE id = $2) AS found`,
    [taskId, other],
  );
  return row?.found ?? false;
}
