import type { Tx } from '../record.ts';

/** The named tasks and runs and everything below them, ids sorted: parents were made first, so they come first. */
export async function subtreeOf(
  tx: Tx,
  { taskIds = [], runIds = [] }: { taskIds?: string[]; runIds?: string[] },
): Promise<{ taskIds: string[]; runIds: string[] }> {
  const rows = await tx.sql<{ kind: 'task' | 'run'; id: string }>(
    `WITH RECURSIVE tree (kind, id) AS (
       SELECT 'task', t FROM unnest($1::text[]) AS t
       UNION SELECT 'run', r FROM unnest($2::text[]) AS r
       UNION
       SELECT c.kind, c.id FROM tree, LATERAL (
         SELECT 'run' AS kind, r.id FROM runs r WHERE (tree.kind = 'task' AND r.task_id = tree.id) OR (tree.kind = 'run' AND r.parent_run_id = tree.id)
         UNION ALL
         SELECT 'task', t.id FROM tasks t WHERE (tree.kind = 'run' AND t.run_id = tree.id) OR (tree.kind = 'task' AND t.parent_id = tree.id)
       ) AS c)
     SELECT kind, id FROM tree ORDER BY id`,
    [taskIds, runIds],
  );
  return {
    taskIds: rows.filter((row) => row.kind === 'task').map((row) => row.id),
    runIds: rows.filter((row) => row.kind === 'run').map((row) => row.id),
  };
}
