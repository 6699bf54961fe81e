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

export type Relay = { kind: 'workspace' } | { kind: 'tree'; taskId: string; rootId: string };

export interface EventReads {
  /** Events with `seq > after`, in order. */
  ofStream(stream: string, after: number, limit: number): Promise<EventEnvelope[]>;
  /** Events of a relay beyond a position, in order of their cursors. Nothing will ever appear again before `fence`. */
  ofRelay(
    relay: Relay,
    after: RelayPosition,
    limit: number,
  ): Promise<{ events: EventEnvelope[]; fence: RelayPosition }>;
  /** The last sequence number, 0 when nothing has happened yet, null when there is no such thing in this workspace. */
  head(stream: string): Promise<number | null>;
  /** The position behind everything that a relay may show now. */
  relayHead(): Promise<RelayPosition>;
  /** The sequence number of an event of this stream, null when it is not there. */
  seqOf(stream: string, eventId: string): Promise<number | null>;
  /** The root of the tree that a task stands in, or null when there is no such task in this workspace. */
  rootOf(taskId: string): Promise<string | null>;
}

export const relayStart: RelayPosition = { xid: 0, late: 0, id: '' };
export { cursorOf, positionOf, type RelayPosition };

export function eventReads(db: Database, workspaceId: string): EventReads {
  return {
    ofStream: async (stream, after, limit) => {
      const rows = await db.acrossWorkspaces<StoredEvent>(streamEvents, [workspaceId, stream, after, limit]);
      return rows.map(toEnvelope);
    },
    ofRelay: async (relay, { xid, late, id }, limit) => {
      const { text, parameters } = relayStatement(relay);
      const rows = await db.acrossWorkspaces<{ fence: number } & (StoredEvent | { id: null })>(text, [
        workspaceId,
        xid,
        late,
        id,
        limit,
        ...parameters,
      ]);
      const events = rows.flatMap((row) => (row.id === null ? [] : [toEnvelope(row)]));
      return { events, fence: { xid: rows[0]?.fence ?? 0, late: 0, id: '' } };
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
      return { xid: row?.xmin ?? 0, late: 0, id: '' };
    },
    seqOf: async (stream, eventId) => {
      const [row] = await db.acrossWorkspaces<{ seq: number }>(
        'SELECT seq FROM events WHERE workspace_id = $1 AND stream = $2 AND id = $3',
        [workspaceId, stream, eventId],
      );
      return row?.seq ?? null;
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

const streamEvents = `SELECT ${columns} FROM events e
  WHERE e.workspace_id = $1 AND e.stream = $2 AND e.seq > $3 ORDER BY e.seq LIMIT $4`;

/** A page and the fence it was read behind, of one snapshot; one row without an event when there is none. */
const page = (where: string) => `SELECT fence.xmin AS fence, found.*
  FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin) AS fence
  LEFT JOIN LATERAL (
    SELECT ${columns} FROM events e
    WHERE e.workspace_id = $1 AND (e.xid, e.late, e.id) > ($2::bigint, $3::int, $4) AND e.xid < fence.xmin ${where}
    ORDER BY e.xid, e.late, e.id LIMIT $5
  ) AS found ON true
  ORDER BY found.xid, found.late, found.id`;

/** A task, the runs that carry out its plan, what these have nested, the tasks of all, and so on down. */
const below = `WITH RECURSIVE below (kind, id) AS (
    SELECT 'task', id FROM tasks WHERE workspace_id = $1 AND id = $7
    UNION
    SELECT next.kind, next.id FROM below, LATERAL (
      SELECT 'task' AS kind, t.id FROM tasks t WHERE below.kind = 'task' AND t.parent_id = below.id
      UNION ALL SELECT 'run', r.id FROM runs r WHERE below.kind = 'task' AND r.task_id = below.id
      UNION ALL SELECT 'task', t.id FROM tasks t WHERE below.kind = 'run' AND t.run_id = below.id
      UNION ALL SELECT 'run', r.id FROM runs r WHERE below.kind = 'run' AND r.parent_run_id = below.id
    ) AS next
  )`;

const workspacePage = page('');
const rootPage = page('AND e.root_task_id = $6');
const branchPage = `${below} ${page(`AND e.root_task_id = $6 AND e.stream IN (SELECT kind || '/' || id FROM below)`)}`;

function relayStatement(relay: Relay): { text: string; parameters: string[] } {
  if (relay.kind === 'workspace') return { text: workspacePage, parameters: [] };
  const { rootId, taskId } = relay;
  if (taskId === rootId) return { text: rootPage, parameters: [rootId] };
  return { text: branchPage, parameters: [rootId, taskId] };
}

const tables: Record<string, string> = {
  task: 'tasks',
  run: 'runs',
  agent: 'agents',
  file: 'files',
  conversation: 'conversations',
};

/** A thing may exist before its first event, and a stream's kind may have no table of its own. */
function existence(stream: string): string {
  const table = tables[stream.slice(0, stream.indexOf('/'))];
  const things = table
    ? `UNION ALL SELECT 0 FROM ${table} WHERE workspace_id = $1 AND id = $3`
    : 'UNION ALL SELECT 0 WHERE $3 IS NULL';
  return `SELECT max(last_seq) AS head FROM (SELECT last_seq FROM streams WHERE workspace_id = $1 AND name = $2 ${things}) AS found`;
}
