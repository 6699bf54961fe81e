import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { EventEnvelope } from '../contracts/event.ts';
import type { CaughtUp, Tokens } from '../contracts/live.ts';
import type { TokenNotice } from '../feed/messages.ts';
import type { Follower, Tail } from './tail.ts';
import { type TokenSink, TokenView } from './token-view.ts';

/** The way to one client; thin over Socket.IO or SSE. */
export interface Sink extends TokenSink {
  event(event: EventEnvelope): void;
  caughtUp(message: CaughtUp): void;
  /** Resolves when it does again, or the way is closed. A sink gives up a client that never does. */
  drained(): Promise<void>;
}

/**
 * One client's view of one stream or relay: join, backlog, live.
 *
 * 1. `last` is what the client has. An event at or before it is dropped, so nothing comes twice.
 * 2. Behind its tail it reads the record by itself, page by page as fast as the client takes them; at the tail it goes along.
 * 3. A client that does not keep up falls back to reading: nothing is kept for it in memory.
 */
const pageSize = 200;
const retryMs = 500;

export interface SubscriptionOptions<P> {
  stream: string;
  tail: Tail<P>;
  after: P;
  sink: Sink;
  logger: Logger;
  soFar: () => Promise<Tokens[]>;
}

export class Subscription<P> implements Follower {
  readonly stream: string;
  private readonly options: SubscriptionOptions<P>;
  private readonly view: TokenView;
  private last: P;
  private live = false;
  private closed = false;
  private announced = false;

  constructor(options: SubscriptionOptions<P>) {
    this.options = options;
    this.stream = options.stream;
    this.last = options.after;
    this.view = new TokenView(options.sink, options.soFar);
    options.tail.followers.add(this);
  }

  /** After the client was told that it is subscribed. */
  start(): void {
    void this.catchUp();
    void this.view.refresh();
  }

  receive(events: EventEnvelope[], upTo: unknown): void {
    if (!this.live) return;
    if (events.length > 0 && this.options.sink.full()) {
      this.live = false;
      void this.catchUp();
      return;
    }
    this.deliver(events, upTo as P);
  }

  tokens(notice: TokenNotice): void {
    if (!this.closed) this.view.show(notice);
  }

  close(): void {
    this.closed = true;
    this.live = false;
    this.options.tail.followers.delete(this);
  }

  private deliver(events: EventEnvelope[], upTo: P): void {
    const { sink, tail } = this.options;
    for (const event of events) {
      const at = tail.source.at(event);
      if (tail.source.compare(at, this.last) <= 0) continue;
      this.last = at;
      sink.event(event);
    }
    if (tail.source.compare(upTo, this.last) > 0) this.last = upTo;
  }

  private async catchUp(): Promise<void> {
    const { sink, tail, stream, logger } = this.options;
    while (!this.closed) {
      if (sink.full()) {
        await sink.drained();
        continue;
      }
      try {
        const { events, upTo } = await tail.source.read(this.last, pageSize);
        if (this.closed) return;
        this.deliver(events, upTo);
        this.live = events.length < pageSize && tail.source.compare(this.last, tail.last) >= 0;
      } catch (error) {
        logger.warn({ error: String(error), stream }, 'A backlog could not be read; trying again');
        await pause(retryMs, undefined, { ref: false });
      }
      if (!this.live) continue;
      if (!this.announced) sink.caughtUp({ stream, seq: tail.source.show(this.last) });
      this.announced = true;
      return;
    }
  }
}
