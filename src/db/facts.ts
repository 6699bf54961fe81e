import type { EventEnvelope, NewEvent } from '../contracts/event.ts';
import { newId } from './new-id.ts';
import type { Tx } from './record.ts';

/** A wish that the Temporal workflow of `target` (`task/{id}`, `run/{id}`, `file/{id}`) looks at the record again. */
export interface OutboxNote {
  target: string;
  /** One line for Temporal's Web UI, used when it has to be started. */
  label: string;
  rootTaskId?: string | null;
}

type PlacedEvent = NewEvent & { rootTaskId: string | null; actor: string };

/**
 * Writes events with gapless sequence numbers and outbox entries: the last statement of a transaction, one round trip.
 * Counters are locked in order of the streams' names.
 */
export async function writeFacts(
  tx: Tx,
  { events, notes }: { events: PlacedEvent[]; notes: OutboxNote[] },
): Promise<{ events: EventEnvelope[]; outboxIds: string[] }> {
  const outboxIds = notes.map(() => newId('outbox'));
  if (notes.length > 0) {
    await tx.sql(
      `INSERT INTO outbox (id, workspace_id, target, label, root_task_id)
       SELECT id, $1, target, label, root FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS n (id, target, label, root)`,
      [
        tx.workspaceId,
        outboxIds,
        notes.map((note) => note.target),
        notes.map((note) => note.label.slice(0, 200)),
        notes.map((note) => note.rootTaskId ?? null),
      ],
    );
  }
  return { events: events.length > 0 ? await writeEvents(tx, events) : [], outboxIds };
}

async function writeEvents(tx: Tx, events: PlacedEvent[]): Promise<EventEnvelope[]> {
  const perStream = new Map<string, number>();
  const lines = events.map((event) => {
    const ordinal = (perStream.get(event.stream) ?? 0) + 1;
    perStream.set(event.stream, ordinal);
    return { ...event, id: newId('event'), ordinal };
  });
  const streams = [...perStream.keys()].sort();
  const rows = await tx.sql<Omit<EventEnvelope, 'at' | 'cursor'> & { at: Date; xid: number }>(insertEvents, [
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

const insertEvents = `
  WITH counter AS (
    INSERT INTO streams AS s (name, workspace_id, root_task_id, last_seq)
    SELECT name, $1, root, n FROM unnest($2::text[], $3::text[], $4::int[]) AS u (name, root, n) ORDER BY name
    ON CONFLICT (name) DO UPDATE SET last_seq = s.last_seq + excluded.last_seq
    RETURNING name, last_seq
  ), line AS (
    SELECT * FROM unnest($5::text[], $6::text[], $7::int[], $8::text[], $9::text[], $10::text[], $11::jsonb[])
      AS l (id, stream, ordinal, root, type, actor, data)
  ), total AS (SELECT name, n FROM unnest($2::text[], $4::int[]) AS t (name, n))
  INSERT INTO events (id, workspace_id, stream, seq, root_task_id, type, actor, data, at, xid)
  SELECT line.id, $1, line.stream, counter.last_seq - total.n + line.ordinal, line.root, line.type, line.actor, line.data, clock_timestamp(),
    pg_current_xact_id()::text::bigint
  FROM line JOIN counter ON counter.name = line.stream JOIN total ON total.name = line.stream
  ORDER BY line.id
  RETURNING id, stream, seq, type, at, actor, data, xid`;

/** A cursor orders events of several streams: transaction id, then event id. Opaque outside. */
export function cursorOf(xid: number, eventId: string): string {
  return Buffer.from(`${xid}:${eventId}`).toString('base64url');
}

export function toEnvelope(row: Omit<EventEnvelope, 'at' | 'cursor'> & { at: Date; xid: number }): EventEnvelope {
  const { xid, at, ...rest } = row;
  return { ...rest, at: at.toISOString(), cursor: cursorOf(xid, row.id) };
}
