import { unanswered } from './conversations/conversation-store.ts';
import type { Database } from './record.ts';

/** A task, run or file that has not ended, and the Temporal workflow that should be there for it. */
export interface OpenRow {
  target: string;
  workspaceId: string;
  label: string;
  rootTaskId: string | null;
}

const waits = `EXISTS (SELECT 1 FROM outbox o WHERE o.target = r.target AND o.status IN ('ready', 'leased'))`;

const open = `SELECT 'task/' || id AS target, workspace_id, title AS label, root_id AS root_task_id, created_at FROM tasks
    WHERE status NOT IN ('completed', 'failed', 'cancelled')
  UNION ALL SELECT 'run/' || id, workspace_id, name, root_task_id, created_at FROM runs
    WHERE status NOT IN ('completed', 'failed', 'cancelled')
  UNION ALL SELECT 'file/' || id, workspace_id, name, NULL, created_at FROM files WHERE status IN ('uploaded', 'processing')
  UNION ALL SELECT 'conversation/' || c.id, c.workspace_id, c.title, NULL, min(m.accepted_at) FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.conversation_id IS NOT NULL AND m.from_kind = 'person' AND m.answered_by IS NULL AND m.state <> 'expired' GROUP BY c.id`;

const columns = 'r.target, r.workspace_id, r.label, r.root_task_id';

/** Everything that has not ended, in pages by target. */
export function openRows(db: Database, after: string, limit: number): Promise<OpenRow[]> {
  return db.acrossWorkspaces<OpenRow>(
    `SELECT ${columns} FROM (${open}) AS r WHERE r.target > $1 COLLATE "C" ORDER BY r.target COLLATE "C" LIMIT $2`,
    [after, limit],
  );
}

/** Those of `targets` (null: all) that are open, older than `graceMs`, and have nothing waiting in the outbox: Temporal should have them. */
export function settledRows(
  db: Database,
  {
    targets,
    graceMs,
    after = '',
    limit,
  }: { targets: string[] | null; graceMs: number; after?: string; limit: number },
): Promise<OpenRow[]> {
  return db.acrossWorkspaces<OpenRow>(
    `SELECT ${columns} FROM (${open}) AS r
     WHERE r.target > $1 COLLATE "C" AND ($2::text[] IS NULL OR r.target = ANY($2))
       AND r.created_at < now() - $3 * interval '1 millisecond' AND NOT ${waits}
     ORDER BY r.target COLLATE "C" LIMIT $4`,
    [after, targets, graceMs, limit],
  );
}

/** Open rows whose entry is dead and that were not failed for it, because the process died in between. */
export function deadRows(db: Database): Promise<(OpenRow & { lastError: string | null })[]> {
  return db.acrossWorkspaces(
    `SELECT DISTINCT ON (r.target) ${columns}, o.last_error FROM outbox o JOIN (${open}) AS r ON r.target = o.target
     WHERE o.status = 'dead' AND NOT ${waits}
       AND NOT EXISTS (SELECT 1 FROM outbox d WHERE d.target = o.target AND d.id > o.id AND d.status = 'done')
     ORDER BY r.target LIMIT 100`,
  );
}

/** True when this has ended in the record since then, or was all asked for after it: what is open now is something else. */
export async function beganAgainSince(db: Database, target: string, since: Date): Promise<boolean> {
  const [kind, id] = target.split('/');
  const rows = await db.acrossWorkspaces(
    kind === 'conversation'
      ? `SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM messages WHERE conversation_id = $1 AND ${unanswered} AND accepted_at < $2)`
      : `SELECT 1 FROM events WHERE stream = $1 AND type IN ('task.completed', 'task.failed', 'task.cancelled', 'run.completed', 'run.failed', 'run.cancelled')
            AND at >= $2 LIMIT 1`,
    [kind === 'conversation' ? id : target, since],
  );
  return rows.length > 0;
}
