import type { Redis } from 'ioredis';
import type * as z from 'zod';
import { connect, type FeedOptions, prefixOf } from './connections.ts';
import { CancelNotice, type Channel, channels, Notice, TokenNotice } from './messages.ts';

const schemas = { notices: Notice, tokens: TokenNotice, cancels: CancelNotice };
type MessageOf<Name extends Channel> = z.infer<(typeof schemas)[Name]>;
type Handler = (message: unknown) => void;

const pingEveryMs = 5000;

export interface Subscriber {
  on<Name extends Channel>(channel: Name, handler: (message: MessageOf<Name>) => void): () => void;
  /** True while everything that was asked for is subscribed. */
  live(): boolean;
  /** Called when that changes. After `true` something may have been missed: read the record. */
  onLive(handler: (live: boolean) => void): () => void;
  close(): void;
}

/**
 * One connection for everything that is listened to, opened by the first listener. It subscribes again by itself after each
 * break; a connection that only looks open is found by a ping.
 */
export function createSubscriber(options: FeedOptions): Subscriber {
  const prefix = prefixOf(options.redisUrl);
  const handlers = new Map<Channel, Set<Handler>>();
  const watchers = new Set<(live: boolean) => void>();
  let client: Redis | undefined;
  let ping: NodeJS.Timeout | undefined;
  let live = false;

  const setLive = (now: boolean) => {
    if (live === now) return;
    live = now;
    for (const watcher of watchers) watcher(now);
  };
  const subscribe = () => {
    if (client?.status !== 'ready') return;
    client.subscribe(...[...handlers.keys()].map((name) => prefix + channels[name])).then(
      () => setLive(true),
      () => setLive(false),
    );
  };
  const open = () => {
    client = connect(options, 'subscriber');
    client.on('ready', subscribe);
    client.on('close', () => setLive(false));
    client.on('message', (channel: string, text: string) => {
      const name = channel.slice(prefix.length) as Channel;
      const parsed = schemas[name]?.safeParse(parseJson(text));
      if (!parsed?.success)
        return options.logger.warn({ channel }, 'A message of the feed was not understood');
      for (const handler of handlers.get(name) ?? []) handler(parsed.data);
    });
    ping = setInterval(() => {
      if (client?.status === 'ready') client.ping().catch(() => client?.disconnect(true));
    }, pingEveryMs).unref();
  };

  return {
    on(channel, handler) {
      const known = handlers.get(channel);
      const set = known ?? new Set<Handler>();
      handlers.set(channel, set.add(handler as Handler));
      if (!client) open();
      else if (!known) subscribe();
      return () => void set.delete(handler as Handler);
    },
    live: () => live,
    onLive(handler) {
      watchers.add(handler);
      return () => void watchers.delete(handler);
    },
    close() {
      clearInterval(ping);
      watchers.clear();
      client?.disconnect();
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
