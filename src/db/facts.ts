import type { EventEnvelope, NewEvent } from '../contracts/event.ts';
import { newId } from './new-id.ts';

/** A wish that the Temporal workflow of `target` (`task/{id}`, `run/{id}`, `file/{id}`) looks at the record again. */
export interface OutboxNote {
  target: string;
  /** One line for Temporal's Web UI, used when it has to be started. */
  label: string;
  rootTaskId?: string | null;
  /** Milliseconds to wait first: whoever looks before then fulfils it (see take-wakes). */
  afterMs?: number;
}

/** As much of a transaction as facts are written with. */
interface Tx {
  workspaceId: string;
  sql<Row>(text: string, parameters?: unknown[]): Promise<Row[]>;
}

type PlacedEvent = NewEvent & { rootTaskId: string | null; actor: string };

/**
 * Writes outbox entries and events with gapless sequence numbers: the last statements of a transaction, sent together with its commit
 * (so nothing is awaited before they are sent). Counters are locked in order of the streams' names.
 */
export async function writeFacts(
  tx: Tx,
  { events, notes }: { events: PlacedEvent[]; notes: OutboxNote[] },
): Promise<{ events: EventEnvelope[]; outboxIds: string[]; rootTaskIds: string[] }> {
  const outboxIds = notes.map(() => newId('outbox'));
  const roots = events.flatMap((event) => event.rootTaskId ?? []);
  const [, written] = await Promise.all([
    notes.length > 0 ? writeNotes(tx, notes, outboxIds) : undefined,
    events.length > 0 ? writeEvents(tx, events) : [],
  ]);
  return {
    events: written,
    outboxIds: outboxIds.filter((_, i) => !notes[i]?.afterMs),
    rootTaskIds: [...new Set(roots)],
  };
}

async function writeNotes(tx: Tx, notes: OutboxNote[], ids: string[]): Promise<void> {
  await tx.sql(
    `INSERT INTO outbox (id, workspace_id, target, label, root_task_id, due_at)
     SELECT id, $1, target, label, root, now() + wait * interval '1 millisecond'
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::int[]) AS n (id, target, label, root, wait)`,
    [
      tx.workspaceId,
      ids,
      notes.map((note) => note.target),
      notes.map((note) => note.label.slice(0, 200)),
      notes.map((note) => note.rootTaskId ?? null),
      notes.map((note) => note.afterMs ?? 0),
    ],
  );
}

async function writeEvents(tx: Tx, events: PlacedEvent[]): Promise<EventEnvelope[]> {
  const perStream = new Map<string, number>();
  const lines = events.map((event) => {
    const ordinal = (perStream.get(event.stream) ?? 0) + 1;
    perStream.set(event.stream, ordinal);
    return { ...event, id: newId('event'), ordinal };
  });
  const streams = [...perStream.keys()].sort();
  const rows = await tx.sql<StoredEvent>(insertEvents, [
    tx.workspaceId,
    streams,
    streams.map((name) => lines.find((line) => line.stream === name)?.rootTaskId ?? null),
    streams.map((name) => perStream.get(name)),
    lines.map((line) => line.id),
    lines.map((line) => line.stream),
    lines.map((line) => line.ordinal),
    lines.map((line) => line.rootTaskId),
    lines.map((line) => line.type),
    lines.map((line) => line.actor),
    lines.map((line) => JSON.stringify(line.data)),
  ]);
  return rows.map(toEnvelope);
}

/**
 * Relays read in the order (xid, late, id). A transaction may take a stream's counter after a younger one has; its own id would
 * then sort it before what is already in the stream. So an event carries the highest transaction id its stream has seen, and
 * `late` counts those who came under a younger one's id. The fence stays right: a stored id is never below the writer's own.
 */
const insertEvents = `
  WITH counter AS (
    INSERT INTO streams AS s (name, workspace_id, root_task_id, last_seq, last_xid)
    SELECT name, $1, root, n, pg_current_xact_id()::text::bigint
    FROM unnest($2::text[], $3::text[], $4::int[]) AS u (name, root, n) ORDER BY name
    ON CONFLICT (name) DO UPDATE SET
      last_seq = s.last_seq + excluded.last_seq,
      last_xid = greatest(s.last_xid, excluded.last_xid),
      last_late = CASE WHEN excluded.last_xid > s.last_xid THEN 0 ELSE s.last_late + 1 END
    RETURNING name, last_seq, last_xid, last_late
  ), line AS (
    SELECT * FROM unnest($5::text[], $6::text[], $7::int[], $8::text[], $9::text[], $10::text[], $11::jsonb[])
      AS l (id, stream, ordinal, root, type, actor, data)
  ), total AS (SELECT name, n FROM unnest($2::text[], $4::int[]) AS t (name, n))
  INSERT INTO events (id, workspace_id, stream, seq, root_task_id, type, actor, data, at, xid, late)
  SELECT line.id, $1, line.stream, counter.last_seq - total.n + line.ordinal, line.root, line.type, line.actor, line.data,
    clock_timestamp(), counter.last_xid, counter.last_late
  FROM line JOIN counter ON counter.name = line.stream JOIN total ON total.name = line.stream
  ORDER BY line.id
  RETURNING id, stream, seq, type, at, actor, data, xid, late`;

/** Columns of an event as a store reads them: `id, stream, seq, type, at, actor, data, xid, late`. */
export type StoredEvent = Omit<EventEnvelope, 'at' | 'cursor'> & { at: Date; xid: number; late: number };

export interface RelayPosition {
  xid: number;
  late: number;
  id: string;
}

/** A cursor orders events of several streams; opaque outside. */
export function cursorOf({ xid, late, id }: RelayPosition): string {
  return Buffer.from(`${xid}:${late}:${id}`).toString('base64url');
}

/** Null for a text that is no cursor of ours. */
export function positionOf(cursor: string): RelayPosition | null {
  const match = /^(\d{1,16}):(\d{1,9}):([a-z0-9_]{0,40})$/.exec(Buffer.from(cursor, 'base64url').toString());
  return match ? { xid: Number(match[1]), late: Number(match[2]), id: match[3] ?? '' } : null;
}

export function toEnvelope({
  id,
  stream,
  seq,
  type,
  at,
  actor,
  data,
  xid,
  late,
}: StoredEvent): EventEnvelope {
  return { id, stream, seq, cursor: cursorOf({ xid, late, id }), type, at: at.toISOString(), actor, data };
}
