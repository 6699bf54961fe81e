import type { EventEnvelope } from '../src/contracts/event.ts';

export type Position = number | string;

export interface Taken {
  /** What may be shown now, in order. */
  events: EventEnvelope[];
  /** True when something before the event is missing: ask again with `after`. */
  gap: boolean;
}

/**
 * Puts what arrives of one stream in order.
 *
 * 1. Nothing is shown twice: what lies at or before the last shown event is dropped.
 * 2. Nothing is left out: an event after a gap is held until what lies between has come.
 * 3. Until the position is known (joined without `after`, not answered yet) everything is held.
 */
export interface EventOrder {
  /** What to say when asking again; undefined: begin at the head. */
  readonly after: Position | undefined;
  take(event: EventEnvelope): Taken;
  /** The server joined us at this head. */
  joined(head: Position): Taken;
  /** The server has sent everything up to here. */
  caughtUp(at: Position): void;
}

export function createEventOrder(stream: string, after: Position | undefined): EventOrder {
  return isRelay(stream) ? new RelayOrder(after) : new SequenceOrder(after);
}

/** `tree/…` and `workspace` go over several streams: their position is an opaque cursor. */
export function isRelay(stream: string): boolean {
  return stream === 'workspace' || stream.startsWith('tree/');
}

class SequenceOrder implements EventOrder {
  private last: number | undefined;
  private readonly held = new Map<number, EventEnvelope>();

  constructor(after: Position | undefined) {
    this.last = after === undefined ? undefined : Number(after);
  }

  get after(): number | undefined {
    return this.last;
  }

  take(event: EventEnvelope): Taken {
    if (this.last === undefined || event.seq > this.last) this.held.set(event.seq, event);
    return this.release();
  }

  joined(head: Position): Taken {
    this.last ??= Number(head);
    return this.release();
  }

  caughtUp(): void {
    // Sequence numbers say it themselves.
  }

  private release(): Taken {
    const events: EventEnvelope[] = [];
    if (this.last === undefined) return { events, gap: false };
    for (const seq of this.held.keys()) if (seq <= this.last) this.held.delete(seq);
    for (let next = this.held.get(this.last + 1); next; next = this.held.get(this.last + 1)) {
      this.held.delete(next.seq);
      this.last = next.seq;
      events.push(next);
    }
    return { events, gap: this.held.size > 0 };
  }
}

const remembered = 2000;

/** A relay's cursor cannot be compared here, so ids tell what was seen, and each stream's numbers show a gap within it. */
class RelayOrder implements EventOrder {
  private cursor: Position | undefined;
  private known: boolean;
  private held: EventEnvelope[] = [];
  private readonly seen = new Set<string>();
  private readonly lastOf = new Map<string, number>();

  constructor(after: Position | undefined) {
    this.cursor = after;
    this.known = after !== undefined;
  }

  get after(): Position | undefined {
    return this.cursor;
  }

  take(event: EventEnvelope): Taken {
    if (!this.known) {
      this.held.push(event);
      return { events: [], gap: false };
    }
    const last = this.lastOf.get(event.stream);
    if (this.seen.has(event.id) || (last !== undefined && event.seq <= last))
      return { events: [], gap: false };
    if (last !== undefined && event.seq > last + 1) {
      this.lastOf.delete(event.stream); // what the record says when it is asked again counts
      return { events: [], gap: true };
    }
    this.remember(event);
    return { events: [event], gap: false };
  }

  joined(head: Position): Taken {
    this.known = true;
    this.cursor ??= head;
    const held = this.held;
    this.held = [];
    const taken = held.map((event) => this.take(event));
    return { events: taken.flatMap(({ events }) => events), gap: taken.some(({ gap }) => gap) };
  }

  caughtUp(at: Position): void {
    this.cursor = at;
  }

  private remember(event: EventEnvelope): void {
    this.cursor = event.cursor;
    this.lastOf.set(event.stream, event.seq);
    this.seen.add(event.id);
    const [oldest] = this.seen;
    if (this.seen.size > remembered && oldest !== undefined) this.seen.delete(oldest);
  }
}
