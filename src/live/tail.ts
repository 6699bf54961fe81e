import type { Logger } from 'pino';
import type { EventEnvelope } from '../contracts/event.ts';
import type { Source } from './source.ts';

/**
 * The end of one stream or relay, shared by everybody in this process who watches it.
 *
 * 1. It hands on each event once, in order: straight from a notice when nothing can lie between, else from the record.
 * 2. It never holds events: what it cannot hand on at once is only remembered as a position to reach.
 * 3. A relay's events may be fenced by an older transaction; then it asks again until the fence has passed them.
 */
const pageSize = 500;
const firstRetryMs = 15;
const lastRetryMs = 500;

export interface Follower {
  /** Everything up to `upTo`, in order; a follower drops what it has. */
  receive(events: EventEnvelope[], upTo: unknown): void;
}

export class Tail<P> {
  readonly source: Source<P>;
  last: P;
  readonly followers = new Set<Follower>();
  private readonly logger: Logger;
  private wanted: P;
  private asked = false;
  private reading = false;
  private closed = false;
  private retry: NodeJS.Timeout | undefined;
  private retryMs = firstRetryMs;

  constructor(source: Source<P>, { head, logger }: { head: P; logger: Logger }) {
    this.source = source;
    this.last = head;
    this.wanted = head;
    this.logger = logger;
  }

  /** A notice came. */
  offer(event: EventEnvelope): void {
    const { source } = this;
    const at = source.at(event);
    if (source.compare(at, this.last) <= 0) return;
    if (!this.reading && source.follows(this.last, event)) return this.hand([event], at);
    this.want(at);
  }

  /** There is something up to here. */
  want(position: P): void {
    if (this.source.compare(position, this.wanted) > 0) this.wanted = position;
    if (this.source.compare(this.wanted, this.last) > 0) this.look();
  }

  /** Something may have been missed. */
  look(): void {
    this.asked = true;
    if (this.reading || this.closed) return;
    this.reading = true;
    clearTimeout(this.retry);
    void this.readOn()
      .catch((error: unknown) =>
        this.logger.warn({ error: String(error) }, 'Events could not be read; trying again'),
      )
      .finally(() => {
        this.reading = false;
        if (this.asked && !this.closed) this.look();
        else if (this.source.compare(this.wanted, this.last) > 0) this.lookLater();
      });
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
  }

  private async readOn(): Promise<void> {
    while (this.asked && !this.closed) {
      this.asked = false;
      const { events, upTo } = await this.source.read(this.last, pageSize);
      if (events.length === pageSize) this.asked = true;
      if (events.length > 0) this.retryMs = firstRetryMs;
      this.hand(events, upTo);
    }
  }

  private lookLater(): void {
    if (this.closed) return;
    this.retry = setTimeout(() => this.look(), this.retryMs).unref();
    this.retryMs = Math.min(lastRetryMs, this.retryMs * 2);
  }

  private hand(events: EventEnvelope[], upTo: P): void {
    if (this.closed) return;
    this.last = upTo;
    for (const follower of this.followers) follower.receive(events, upTo);
  }
}
