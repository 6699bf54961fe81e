import type { Database } from './record.ts';

/**
 * The outbox as the dispatcher sees it. Every statement is short and stands alone: no transaction is open while Temporal is called.
 *
 * ready → leased → done, or back to ready with a later due time, or dead. A lease that ran out is taken by the next claim.
 */
export interface ClaimedEntry {
  id: string;
  workspaceId: string;
  target: string;
  label: string;
  rootTaskId: string | null;
  /** This try's number, from 1. With the id it tells whether a lease is still ours. */
  tries: number;
  /** Milliseconds since it was written. */
  ageMs: number;
}

export interface ClaimOptions {
  limit: number;
  leaseMs: number;
  /** Only these; else whatever is due, oldest first. */
  ids?: string[];
}

const due = `((status = 'ready' AND due_at <= now()) OR (status = 'leased' AND lease_until < now()))`;

export async function claimEntries(
  db: Database,
  { limit, leaseMs, ids }: ClaimOptions,
): Promise<ClaimedEntry[]> {
  return db.acrossWorkspaces<ClaimedEntry>(
    // Materialized: a join could run a locking subquery more than once, and lease more than the limit.
    `WITH c AS MATERIALIZED (
       SELECT id FROM outbox WHERE ${due} ${ids ? 'AND id = ANY($3)' : ''} ORDER BY due_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
     UPDATE outbox AS o SET status = 'leased', lease_until = now() + $2 * interval '1 millisecond', tries = tries + 1
     FROM c WHERE o.id = c.id
     RETURNING o.id, o.workspace_id, o.target, o.label, o.root_task_id, o.tries,
       (extract(epoch FROM clock_timestamp() - o.created_at) * 1000)::float8 AS age_ms`,
    ids ? [limit, leaseMs, ids] : [limit, leaseMs],
  );
}

/** Also for entries whose lease ran out meanwhile: the signal was sent after they were written, so they are served. */
export async function markDone(db: Database, ids: string[]): Promise<void> {
  await db.acrossWorkspaces(
    `UPDATE outbox SET status = 'done', done_at = now(), lease_until = NULL, last_error = NULL 
     WHERE id IN (SELECT id FROM outbox WHERE id = ANY($1) AND status <> 'done' ORDER BY id FOR UPDATE)`,
    [ids],
  );
}

const tables = { task: 'tasks', run: 'runs', file: 'files', conversation: 'conversations' } as const;

/**
 * Notes when Temporal got each target first. Rows that are locked at this moment are skipped, so that this can never be part of
 * a deadlock; they are answered, and to be tried again.
 */
export async function markStarted(db: Database, targets: string[]): Promise<string[]> {
  const left: string[] = [];
  for (const [kind, table] of Object.entries(tables)) {
    const ids = targets
      .filter((target) => target.startsWith(`${kind}/`))
      .map((target) => target.slice(kind.length + 1));
    if (ids.length === 0) continue;
    const rows = await db.acrossWorkspaces<{ id: string }>(
      `WITH free AS (SELECT id FROM ${table} WHERE id = ANY($1) AND temporal_started_at IS NULL FOR NO KEY UPDATE SKIP LOCKED),
         marked AS (UPDATE ${table} AS t SET temporal_started_at = now() FROM free WHERE t.id = free.id RETURNING t.id)
       SELECT id FROM ${table} WHERE id = ANY($1) AND temporal_started_at IS NULL AND id NOT IN (SELECT id FROM marked)`,
      [ids],
    );
    left.push(...rows.map((row) => `${kind}/${row.id}`));
  }
  return left;
}

export interface FailedTry {
  entries: Pick<ClaimedEntry, 'id' | 'tries'>[];
  delayMs: number;
  error: string | null;
  /** False: it was not the entries' fault, for example because Temporal as a whole is away. */
  counts: boolean;
}

/** Gives entries back with a later due time, except those whose lease went to somebody else. */
export async function putBack(db: Database, { entries, delayMs, error, counts }: FailedTry): Promise<void> {
  await db.acrossWorkspaces(
    `UPDATE outbox AS o SET status = 'ready', lease_until = NULL, due_at = now() + $3 * interval '1 millisecond',
       last_error = coalesce($4, last_error), tries = o.tries - $5
     FROM (SELECT id FROM outbox AS i JOIN unnest($1::text[], $2::int[]) AS mine (mine_id, mine_tries)
             ON i.id = mine_id AND i.tries = mine_tries
           WHERE i.status = 'leased' ORDER BY id FOR UPDATE OF i) AS mine
     WHERE o.id = mine.id`,
    [
      entries.map((entry) => entry.id),
      entries.map((entry) => entry.tries),
      Math.round(delayMs),
      error?.slice(0, 1000) ?? null,
      counts ? 0 : 1,
    ],
  );
}

/** True when this caller did it. */
export async function markDead(
  db: Database,
  { id, tries, error }: { id: string; tries: number; error: string },
): Promise<boolean> {
  const rows = await db.acrossWorkspaces<{ id: string }>(
    `UPDATE outbox SET status = 'dead', lease_until = NULL, last_error = $3 WHERE id = $1 AND status = 'leased' AND tries = $2 RETURNING id`,
    [id, tries, error.slice(0, 1000)],
  );
  return rows.length > 0;
}

export interface Backlog {
  ready: number;
  leased: number;
  dead: number;
  /** Milliseconds that the oldest due entry waits, 0 when none does. */
  oldestMs: number;
}

export async function readBacklog(db: Database): Promise<Backlog> {
  const [row] = await db.acrossWorkspaces<Backlog>(
    `SELECT count(*) FILTER (WHERE status = 'ready')::int AS ready, count(*) FILTER (WHERE status = 'leased')::int AS leased,
       (SELECT count(*) FROM outbox WHERE status = 'dead')::int AS dead,
       coalesce(extract(epoch FROM now() - min(due_at) FILTER (WHERE ${due})) * 1000, 0)::float8 AS oldest_ms
     FROM outbox WHERE status IN ('ready', 'leased')`,
  );
  return row ?? { ready: 0, leased: 0, dead: 0, oldestMs: 0 };
}

/** Entries that were done long ago. Answers how many went. */
export async function pruneDone(db: Database, olderThanHours: number): Promise<number> {
  const rows = await db.acrossWorkspaces<{ id: string }>(
    `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE status = 'done' AND done_at < now() - $1 * interval '1 hour' LIMIT 5000)
     RETURNING id`,
    [olderThanHours],
  );
  return rows.length;
}
