import type { EventEnvelope } from '../contracts/event.ts';
import { cursorOf, positionOf, type RelayPosition, type StoredEvent, toEnvelope } from './facts.ts';
import type { Database } from './record.ts';

/**
 * Reading events: of one stream by sequence number, of many by cursor.
 *
 * 1. A relay shows an event only when every transaction that is older than its position has ended (`pg_snapshot_xmin`): nothing can
 *    appear before a cursor that was given out.
 * 2. Everything is asked for with the workspace of whoever asks; what belongs to another reads as not there.
 */
const columns = 'e.id, e.stream, e.seq, e.type, e.at, e.actor, e.data, e.xid, e.late';
const fence = 'e.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint';
const beyond = '(e.xid, e.late, e.id) > ($2::bigint, $3::int, $4)';
const order = 'ORDER BY e.xid, e.late, e.id';

export type Relay = { kind: 'workspace' } | { kind: 'tree'; taskId: string; rootId: string };

export interface EventReads {
  /** Events with `seq > after`, in order. */
  ofStream(stream: string, after: number, limit: number): Promise<EventEnvelope[]>;
  /** Events of a relay beyond a position, in order of their cursors. */
  ofRelay(relay: Relay, after: RelayPosition, limit: number): Promise<EventEnvelope[]>;
  /** The last sequence number, 0 when nothing has happened yet, null when there is no such thing in this workspace. */
  head(stream: string): Promise<number | null>;
  /** The cursor behind everything that a relay may show now. */
  relayHead(): Promise<string>;
  /** The root of the tree that a task stands in, or null when there is no such task in this workspace. */
  rootOf(taskId: string): Promise<string | null>;
}

export const relayStart: RelayPosition = { xid: 0, late: 0, id: '' };
export { cursorOf, positionOf, type RelayPosition };

export function eventReads(db: Database, workspaceId: string): EventReads {
  const events = async (text: string, parameters: unknown[]) =>
    (await db.acrossWorkspaces<StoredEvent>(text, [workspaceId, ...parameters])).map(toEnvelope);
  return {
    ofStream: (stream, after, limit) =>
      events(
        `SELECT ${columns} FROM events e WHERE e.workspace_id = $1 AND e.stream = $2 AND e.seq > $3 ORDER BY e.seq LIMIT $4`,
        [stream, after, limit],
      ),
    ofRelay: (relay, { xid, late, id }, limit) => {
      if (relay.kind === 'workspace') return events(workspaceEvents, [xid, late, id, limit]);
      if (relay.taskId === relay.rootId) return events(rootEvents, [xid, late, id, limit, relay.rootId]);
      return events(branchEvents, [xid, late, id, limit, relay.rootId, relay.taskId]);
    },
    head: async (stream) => {
      const [row] = await db.acrossWorkspaces<{ head: number | null }>(existence(stream), [
        workspaceId,
        stream,
        stream.slice(stream.indexOf('/') + 1),
      ]);
      return row?.head ?? null;
    },
    relayHead: async () => {
      const [row] = await db.acrossWorkspaces<{ xmin: number }>(
        'SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin',
      );
      return cursorOf({ xid: row?.xmin ?? 0, late: 0, id: '' });
    },
    rootOf: async (taskId) => {
      const [row] = await db.acrossWorkspaces<{ rootId: string }>(
        'SELECT root_id FROM tasks WHERE workspace_id = $1 AND id = $2',
        [workspaceId, taskId],
      );
      return row?.rootId ?? null;
    },
  };
}

/** Last sequence numbers of many streams at once, for polling. Streams without events are missing. */
export async function headsOf(db: Database, streams: string[]): Promise<Map<string, number>> {
  const rows = await db.acrossWorkspaces<{ name: string; lastSeq: number }>(
    'SELECT name, last_seq FROM streams WHERE name = ANY($1)',
    [streams],
  );
  return new Map(rows.map((row) => [row.name, row.lastSeq]));
}

const workspaceEvents = `SELECT ${columns} FROM events e WHERE e.workspace_id = $1 AND ${beyond} AND ${fence} ${order} LIMIT $5`;

const rootEvents = `SELECT ${columns} FROM events e
  WHERE e.root_task_id = $6 AND e.workspace_id = $1 AND ${beyond} AND ${fence} ${order} LIMIT $5`;

/** A task, the runs that carry out its plan, the tasks of these, and so on down. */
const branchEvents = `WITH RECURSIVE below (kind, id) AS (
    SELECT 'task', id FROM tasks WHERE workspace_id = $1 AND id = $7
    UNION
    SELECT next.kind, next.id FROM below, LATERAL (
      SELECT 'task' AS kind, t.id FROM tasks t WHERE below.kind = 'task' AND t.parent_id = below.id
      UNION ALL SELECT 'run', r.id FROM runs r WHERE below.kind = 'task' AND r.task_id = below.id
      UNION ALL SELECT 'task', t.id FROM tasks t WHERE below.kind = 'run' AND t.run_id = below.id
    ) AS next
  )
  SELECT ${columns} FROM events e
  WHERE e.root_task_id = $6 AND e.workspace_id = $1 AND ${beyond} AND ${fence}
    AND e.stream IN (SELECT kind || '/' || id FROM below) ${order} LIMIT $5`;

const tables: Record<string, string> = { task: 'tasks', run: 'runs', agent: 'agents', file: 'files' };

/** A thing may exist before its first event, and a stream's kind may have no table of its own. */
function existence(stream: string): string {
  const table = tables[stream.slice(0, stream.indexOf('/'))];
  const things = table
    ? `UNION ALL SELECT 0 FROM ${table} WHERE workspace_id = $1 AND id = $3`
    : 'UNION ALL SELECT 0 WHERE $3 IS NULL';
  return `SELECT max(last_seq) AS head FROM (SELECT last_seq FROM streams WHERE workspace_id = $1 AND name = $2 ${things}) AS found`;
}
