import type { EventEnvelope } from '../src/contracts/event.ts';
import type { Tokens } from '../src/contracts/live.ts';
import { type EventOrder, type Position, type Taken, createEventOrder, isRelay } from './event-order.ts';
import { type CallText, addTokens } from './token-text.ts';

export interface StreamHandlers {
  event?: (event: EventEnvelope) => void;
  /** The text of a model call, whole, each time that it grew. */
  text?: (text: CallText) => void;
  /** The backlog is done. Comes again after every break. */
  caughtUp?: (position: Position) => void;
  /** The server will not give this stream. It is not asked again. */
  refused?: (problem: { code: string; detail: string }) => void;
}

interface Options {
  stream: string;
  handlers: StreamHandlers;
  after: Position | undefined;
  ask: (after: Position | undefined) => void;
}

const passing = new Set(['internal', 'unavailable', 'too_many_requests']);

/** One followed stream: where it stands, and when it has to be asked for again. */
export class StreamView {
  readonly stream: string;
  readonly relay: boolean;
  /** True from joining until the server has sent what was missed, and while there is a gap. */
  behind = true;
  sinceJoin = 0;
  /** Events that were missed when we joined; null where only the server could count them. */
  toCome: number | null = null;
  private readonly options: Options;
  private readonly order: EventOrder;
  private readonly texts = new Map<string, CallText>();
  private askedAt = 0;
  private heardAt = 0;

  constructor(options: Options) {
    this.options = options;
    this.stream = options.stream;
    this.relay = isRelay(options.stream);
    this.order = createEventOrder(options.stream, options.after);
  }

  join(now: number): void {
    this.behind = true;
    this.sinceJoin = 0;
    this.toCome = null;
    this.askNow(now);
  }

  lose(): void {
    this.behind = true;
  }

  joined(head: Position): void {
    const { after } = this.order;
    if (typeof head === 'number' && typeof after === 'number') this.toCome = Math.max(0, head - after);
    this.show(this.order.joined(head));
  }

  take(event: EventEnvelope, now: number): void {
    this.heardAt = now;
    const taken = this.order.take(event);
    if (taken.gap && !this.behind) {
      this.behind = true;
      this.askNow(now);
    }
    this.show(taken);
  }

  caughtUp(position: Position): void {
    this.order.caughtUp(position);
    this.behind = false;
    this.options.handlers.caughtUp?.(position);
  }

  tokens(piece: Tokens): void {
    if (!this.relay && piece.stream !== this.stream) return;
    const known = this.texts.get(piece.callId);
    const text = addTokens(known, piece);
    // Something before it is missing: asking again brings the text so far.
    if (text === null) this.askNow(this.heardAt);
    else if (text !== known) {
      this.texts.set(piece.callId, text);
      this.options.handlers.text?.(text);
    }
  }

  /** True when it makes no sense to ask again. */
  refused(problem: { code: string; detail: string }): boolean {
    if (passing.has(problem.code)) return false;
    this.options.handlers.refused?.(problem);
    return true;
  }

  askAgain(now: number, patienceMs: number): void {
    if (now - Math.max(this.askedAt, this.heardAt) >= patienceMs) this.askNow(now);
  }

  private askNow(now: number): void {
    this.askedAt = now;
    this.options.ask(this.order.after);
  }

  private show({ events }: Taken): void {
    this.sinceJoin += events.length;
    for (const event of events) this.options.handlers.event?.(event);
  }
}
