import type { EventEnvelope } from '../contracts/event.ts';
import {
  type EventReads,
  cursorOf,
  positionOf,
  type Relay,
  type RelayPosition,
  relayStart,
} from '../db/event-reads.ts';
import { AppError, notFound } from '../errors.ts';

/**
 * Where events come from, in order: one stream by sequence number, or a relay over several by cursor. `P` is a position in that
 * order; a reader that has seen everything up to a position needs nothing else to go on.
 */
export interface Source<P> {
  read(after: P, limit: number): Promise<{ events: EventEnvelope[]; upTo: P }>;
  at(event: EventEnvelope): P;
  compare(one: P, other: P): number;
  /** True when nothing can lie between. */
  follows(last: P, event: EventEnvelope): boolean;
  head(): Promise<P>;
  /** What a client said it has seen last; undefined: it wants to begin now. */
  parse(after: number | string | undefined, head: P): Promise<P>;
  show(position: P): number | string;
}

export function streamSource(reads: EventReads, stream: string): Source<number> {
  return {
    read: async (after, limit) => {
      const events = await reads.ofStream(stream, after, limit);
      return { events, upTo: events.at(-1)?.seq ?? after };
    },
    at: (event) => event.seq,
    compare: (one, other) => one - other,
    follows: (last, event) => event.seq === last + 1,
    head: async () => {
      const head = await reads.head(stream);
      if (head === null) throw notFound('stream', stream);
      return head;
    },
    parse: async (after, head) => {
      if (after === undefined) return head;
      if (typeof after === 'number') return after;
      if (/^\d{0,9}$/.test(after)) return Number(after);
      const position = positionOf(after);
      const seq = position && (await reads.seqOf(stream, position.id));
      if (seq === null) throw unknownPosition(after);
      return seq;
    },
    show: (position) => position,
  };
}

export function relaySource(reads: EventReads, relay: Relay): Source<RelayPosition> {
  const compare = (one: RelayPosition, other: RelayPosition) =>
    one.xid - other.xid || one.late - other.late || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
  return {
    read: async (after, limit) => {
      const { events, fence } = await reads.ofRelay(relay, after, limit);
      const last = events.at(-1);
      const seen = last ? at(last) : after;
      return { events, upTo: events.length < limit && compare(fence, seen) > 0 ? fence : seen };
    },
    at,
    compare,
    follows: () => false, // an older transaction may still be open
    head: reads.relayHead,
    parse: async (after, head) => {
      if (after === undefined) return head;
      if (after === '' || after === 0 || after === '0') return relayStart;
      const position = typeof after === 'string' ? positionOf(after) : null;
      if (!position) throw unknownPosition(after);
      return position;
    },
    show: cursorOf,
  };
}

function at(event: EventEnvelope): RelayPosition {
  return positionOf(event.cursor) ?? relayStart;
}

function unknownPosition(after: number | string): AppError {
  const message = 'This is no sequence number or cursor of this stream.';
  return new AppError('invalid_request', `${message} (${after})`, {
    userMessage: message,
    problems: [{ pointer: '/after', code: 'invalid_request', message }],
  });
}
