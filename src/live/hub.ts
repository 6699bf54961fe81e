import type { Logger } from 'pino';
import type { Caller } from '../commands/caller.ts';
import { eventReads, headsOf, type RelayPosition } from '../db/event-reads.ts';
import type { Database } from '../db/record.ts';
import { notFound } from '../errors.ts';
import type { Feed } from '../feed/feed.ts';
import type { Notice, TokenNotice } from '../feed/messages.ts';
import { relaySource, type Source, streamSource } from './source.ts';
import { type Sink, Subscription } from './subscription.ts';
import { Tail } from './tail.ts';

/**
 * Brings what happens to those who watch, for Socket.IO and SSE alike. Notices from Redis wake the tails at once; while Redis is
 * away the record is asked every second, and now and then in any case.
 */
export interface HubOptions {
  db: Database;
  feed: Pick<Feed, 'onNotice' | 'onTokens' | 'onLive' | 'live' | 'tokens'>;
  logger: Logger;
  pollMs?: number;
  /** How often the record is asked although notices arrive. */
  safetyPollMs?: number;
}

export interface SubscribeWish {
  caller: Pick<Caller, 'workspaceId'>;
  stream: string;
  after?: number | string | undefined;
  sink: Sink;
}

export interface Subscribed {
  head: number | string;
  /** Begins to send; call it after the client was answered. */
  start(): void;
  close(): void;
}

export interface Hub {
  /** Throws `not_found` for what is not in the caller's workspace and `invalid_request` for a position that is none. */
  subscribe(wish: SubscribeWish): Promise<Subscribed>;
  counts(): { tails: number; subscriptions: number };
  close(): void;
}

interface Watched {
  tail: Tail<number> | Tail<RelayPosition>;
  rootId: string | null;
  subscriptions: Set<Subscription<number> | Subscription<RelayPosition>>;
}

export function createHub(options: HubOptions): Hub {
  return new LiveHub(options);
}

class LiveHub implements Hub {
  private readonly options: HubOptions;
  /** By stream, the relay over a workspace by `workspace {id}`: ids of anything else are nobody else's. */
  private readonly watched = new Map<string, Watched>();
  /** Trees by the root that notices name. */
  private readonly trees = new Map<string, Set<Watched>>();
  private readonly undo: (() => void)[];
  private readonly timer: NodeJS.Timeout;
  private polledAt = 0;

  constructor(options: HubOptions) {
    this.options = options;
    const { feed, pollMs = 1000 } = options;
    this.undo = [
      feed.onNotice((notice) => this.onNotice(notice)),
      feed.onTokens((notice) => this.onTokens(notice)),
      feed.onLive(() => void this.poll()),
    ];
    this.timer = setInterval(() => this.pollWhenDue(), pollMs).unref();
  }

  async subscribe(wish: SubscribeWish): Promise<Subscribed> {
    const reads = eventReads(this.options.db, wish.caller.workspaceId);
    const [kind, id = ''] = wish.stream.split('/');
    if (kind === 'workspace') return this.join(wish, relaySource(reads, { kind }), null);
    if (kind !== 'tree') return this.join(wish, streamSource(reads, wish.stream), null);
    const rootId = await reads.rootOf(id);
    if (rootId === null) throw notFound('task', id);
    return this.join(wish, relaySource(reads, { kind, taskId: id, rootId }), rootId);
  }

  counts(): { tails: number; subscriptions: number } {
    const subscriptions = [...this.watched.values()].reduce(
      (sum, { subscriptions: set }) => sum + set.size,
      0,
    );
    return { tails: this.watched.size, subscriptions };
  }

  close(): void {
    clearInterval(this.timer);
    for (const undo of this.undo) undo();
    for (const { tail, subscriptions } of this.watched.values()) {
      tail.close();
      for (const subscription of subscriptions) subscription.close();
    }
    this.watched.clear();
  }

  /** The tail exists before the head is believed: what happens in between comes as a notice or with the next look. */
  private async join<P extends number | RelayPosition>(
    { caller, stream, after, sink }: SubscribeWish,
    source: Source<P>,
    rootId: string | null,
  ): Promise<Subscribed> {
    const { logger, feed } = this.options;
    const head = await source.head();
    const from = await source.parse(after, head);
    const key = stream === 'workspace' ? workspaceKey(caller.workspaceId) : stream;
    const watched = this.watched.get(key) ?? this.watch(key, new Tail(source, { head, logger }), rootId);
    const subscription = new Subscription<P>({
      stream,
      tail: watched.tail as unknown as Tail<P>,
      after: from,
      sink,
      logger,
      soFar: () => feed.tokens.soFar(stream),
    });
    const mine = subscription as unknown as Subscription<number>;
    watched.subscriptions.add(mine);
    return {
      head: source.show(head),
      start: () => subscription.start(),
      close: () => {
        subscription.close();
        watched.subscriptions.delete(mine);
        if (watched.subscriptions.size === 0) this.forget(key, watched);
      },
    };
  }

  private watch<P extends number | RelayPosition>(
    key: string,
    tail: Tail<P>,
    rootId: string | null,
  ): Watched {
    const watched: Watched = { tail: tail as unknown as Tail<number>, rootId, subscriptions: new Set() };
    this.watched.set(key, watched);
    if (rootId) this.trees.set(rootId, (this.trees.get(rootId) ?? new Set()).add(watched));
    return watched;
  }

  private forget(key: string, watched: Watched): void {
    watched.tail.close();
    if (this.watched.get(key) === watched) this.watched.delete(key);
    const trees = watched.rootId ? this.trees.get(watched.rootId) : undefined;
    trees?.delete(watched);
    if (watched.rootId && trees?.size === 0) this.trees.delete(watched.rootId);
  }

  private onNotice({ workspaceId, events, rootTaskIds }: Notice): void {
    const relays = rootTaskIds.flatMap((id) => [...(this.trees.get(id) ?? [])]);
    const all = this.watched.get(workspaceKey(workspaceId));
    if (all) relays.push(all);
    for (const event of events) {
      this.watched.get(event.stream)?.tail.offer(event);
      for (const { tail } of relays) tail.offer(event);
    }
  }

  private onTokens(notice: TokenNotice): void {
    const names = [notice.stream, ...(notice.rootTaskId ? [`tree/${notice.rootTaskId}`] : [])];
    for (const name of names) {
      for (const subscription of this.watched.get(name)?.subscriptions ?? []) subscription.tokens(notice);
    }
  }

  private pollWhenDue(): void {
    const every = this.options.feed.live() ? (this.options.safetyPollMs ?? 10_000) : 0;
    if (Date.now() - this.polledAt >= every) void this.poll();
  }

  /** Streams are asked for their heads in one statement; a relay just looks. */
  private async poll(): Promise<void> {
    this.polledAt = Date.now();
    const streams = new Map<string, Tail<number>>();
    for (const [key, { tail, rootId }] of this.watched) {
      if (rootId !== null || key.startsWith('workspace')) tail.look();
      else streams.set(key, tail as Tail<number>);
    }
    if (streams.size === 0) return;
    try {
      const heads = await headsOf(this.options.db, [...streams.keys()]);
      for (const [stream, tail] of streams) tail.want(heads.get(stream) ?? 0);
    } catch (error) {
      this.options.logger.warn({ error: String(error) }, 'The record could not be polled for live updates');
    }
  }
}

function workspaceKey(workspaceId: string): string {
  return `workspace ${workspaceId}`;
}
