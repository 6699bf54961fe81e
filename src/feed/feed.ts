import { createBell } from './bell.ts';
import { connect, type FeedOptions, forget, prefixOf, whenReady } from './connections.ts';
import { dispatchKey, queueStats, type ReadQueueOptions, readQueue } from './dispatch-queue.ts';
import { type Bell, type CancelNotice, channels, type Notice, type TokenNotice } from './messages.ts';
import { createRateLimits, type RateLimits } from './rate-limits.ts';
import { createSubscriber } from './subscriber.ts';
import { createTokenFeed, type TokenFeed } from './tokens.ts';

/**
 * Everything that goes through Redis. Nothing here is kept: with Redis away all of it does nothing, quickly, and readers fall
 * back to the record.
 */
export interface Feed {
  bell: Bell;
  onNotice(handler: (notice: Notice) => void): () => void;
  queue: {
    read(options: ReadQueueOptions): { stop(): Promise<void> };
    stats(): Promise<{ length: number; pending: number; lag: number } | null>;
  };
  tokens: TokenFeed;
  limits: RateLimits;
  onTokens(handler: (notice: TokenNotice) => void): () => void;
  cancels: {
    /** Asks whoever works on this (a call's or a task's id) to stop at once. The heartbeat is the guarantee. */
    publish(id: string): void;
  };
  onCancel(handler: (id: string) => void): () => void;
  /** True while notices arrive. */
  live(): boolean;
  /** After `true` something may have been missed. */
  onLive(handler: (live: boolean) => void): () => void;
  /** Waits until commands are taken and, when somebody listens, notices arrive. False when the time is over first. */
  ready(timeoutMs?: number): Promise<boolean>;
  ping(): Promise<boolean>;
  /** How often the bell could not ring. */
  missed(): number;
  close(): Promise<void>;
}

export function createFeed(options: FeedOptions): Feed {
  const prefix = prefixOf(options.redisUrl);
  const client = connect(options, 'commands');
  const subscriber = createSubscriber(options);
  const queueKey = dispatchKey(options.redisUrl);
  const { bell, missed } = createBell({
    client,
    channels: { notices: prefix + channels.notices, cancels: prefix + channels.cancels },
    queueKey,
  });
  const tokens = createTokenFeed(client, prefix);
  const readers = new Set<{ stop(): Promise<void> }>();
  let listens = false;

  return {
    bell,
    missed,
    tokens,
    limits: createRateLimits(client, prefix),
    onNotice: (handler) => {
      listens = true;
      return subscriber.on('notices', handler);
    },
    onTokens: (handler) => subscriber.on('tokens', handler),
    onCancel: (handler) => subscriber.on('cancels', ({ id }: CancelNotice) => handler(id)),
    cancels: {
      publish(id) {
        if (client.status === 'ready')
          forget(client.publish(prefix + channels.cancels, JSON.stringify({ id })), () => {});
      },
    },
    queue: {
      read(readOptions) {
        const reader = readQueue(options, readOptions);
        readers.add(reader);
        return reader;
      },
      stats: () => queueStats(client, queueKey),
    },
    live: subscriber.live,
    onLive: subscriber.onLive,
    async ready(timeoutMs = 2000) {
      if (!(await whenReady(client, timeoutMs))) return false;
      return !listens || subscriber.live() || becomesLive(subscriber, timeoutMs);
    },
    ping: () =>
      client.ping().then(
        () => true,
        () => false,
      ),
    async close() {
      tokens.close();
      subscriber.close();
      await Promise.all([...readers].map((reader) => reader.stop()));
      client.disconnect();
    },
  };
}

function becomesLive(subscriber: ReturnType<typeof createSubscriber>, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(false), timeoutMs);
    timer.unref();
    const stop = subscriber.onLive((live) => live && finish(true));
    function finish(answer: boolean): void {
      clearTimeout(timer);
      stop();
      resolve(answer);
    }
  });
}
