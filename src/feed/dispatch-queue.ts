import type { Redis } from 'ioredis';
import { connect, type FeedOptions, prefixOf } from './connections.ts';

/**
 * The queue in front of the dispatcher: a Redis Stream with a consumer group, one entry per commit.
 *
 * 1. It carries ids of outbox entries and nothing else; the outbox is the truth, its sweep finds what is lost here.
 * 2. An entry is acknowledged when its ids were taken over, and reclaimed from a consumer that died.
 * 3. After FLUSHALL the group is made again by whoever misses it.
 */
const group = 'dispatchers';
const maxLength = 10_000;
const blockMs = 2000;
const batch = 64;
const staleMs = 30_000;
const reclaimEveryMs = 10_000;
const goneMs = 3_600_000;

export interface ReadQueueOptions {
  /** Unique per process. */
  consumer: string;
  /** The next entries are read when this has resolved; what it rejects stays pending and is read again later. */
  onIds: (ids: string[]) => Promise<void>;
  /** Milliseconds after which another consumer's unacknowledged entries are taken. */
  staleMs?: number;
}

type Entries = [id: string, fields: string[]][];

export function dispatchKey(redisUrl: string): string {
  return `${prefixOf(redisUrl)}dispatch`;
}

export function addToQueue(pipeline: ReturnType<Redis['pipeline']>, key: string, ids: string[]): void {
  pipeline.xadd(key, 'MAXLEN', '~', maxLength, '*', 'ids', ids.join(','));
}

/** Reads until stopped. Breaks of the connection are waited out. */
export function readQueue(feed: FeedOptions, options: ReadQueueOptions): { stop(): Promise<void> } {
  const client = connect(feed, 'queue', { commandTimeout: blockMs + 2000 });
  const key = dispatchKey(feed.redisUrl);
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const reader = { client, key, options, nextReclaim: 0 };
  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await readOnce(reader);
      } catch (error) {
        await recover(reader, error, stopped);
      }
    }
  })();
  return {
    async stop() {
      stopping.abort();
      client.disconnect();
      await running;
    },
  };
}

interface Reader {
  client: Redis;
  key: string;
  options: ReadQueueOptions;
  nextReclaim: number;
}

async function readOnce(reader: Reader): Promise<void> {
  const { client, key, options } = reader;
  if (Date.now() >= reader.nextReclaim) {
    const [, stale] = (await client.xautoclaim(
      key,
      group,
      options.consumer,
      options.staleMs ?? staleMs,
      '0',
      'COUNT',
      batch,
    )) as [string, Entries];
    reader.nextReclaim = Date.now() + Math.min(reclaimEveryMs, options.staleMs ?? staleMs);
    await take(reader, stale);
    await forgetConsumers(reader);
  }
  const block = Math.max(1, Math.min(blockMs, reader.nextReclaim - Date.now()));
  const answer = (await client.xreadgroup(
    'GROUP',
    group,
    options.consumer,
    'COUNT',
    batch,
    'BLOCK',
    block,
    'STREAMS',
    key,
    '>',
  )) as [string, Entries][] | null;
  await take(reader, answer?.[0]?.[1] ?? []);
}

async function take({ client, key, options }: Reader, entries: Entries): Promise<void> {
  if (entries.length === 0) return;
  const ids = entries.flatMap(([, fields]) => fields?.[1]?.split(',') ?? []);
  if (ids.length > 0) await options.onIds(ids);
  const read = entries.map(([id]) => id);
  await client
    .multi()
    .xack(key, group, ...read)
    .xdel(key, ...read)
    .exec();
}

/** Every process has a name of its own, so the names of those that are gone would pile up. */
async function forgetConsumers({ client, key }: Reader): Promise<void> {
  const consumers = (await client.xinfo('CONSUMERS', key, group)) as (string | number)[][];
  for (const fields of consumers) {
    const field = (name: string) => fields[fields.indexOf(name) + 1];
    if (Number(field('pending')) > 0 || Number(field('idle')) < goneMs) continue;
    await client.xgroup('DELCONSUMER', key, group, String(field('name')));
  }
}

async function recover({ client, key }: Reader, error: unknown, stopped: Promise<void>): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes('NOGROUP')) {
    await client.xgroup('CREATE', key, group, '0', 'MKSTREAM').catch(() => {}); // BUSYGROUP: another was quicker
    return;
  }
  await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, 100).unref())]);
}

/** Length of the stream, entries that were read and not acknowledged, entries not read yet; null while Redis is away. */
export async function queueStats(
  client: Redis,
  key: string,
): Promise<{ length: number; pending: number; lag: number } | null> {
  try {
    const [length, groups] = await Promise.all([
      client.xlen(key),
      client.xinfo('GROUPS', key) as Promise<unknown[][]>,
    ]);
    const ours = groups.find((fields) => fields[1] === group) ?? [];
    const field = (name: string) => Number(ours[ours.indexOf(name) + 1] ?? 0);
    return { length, pending: ours.length ? field('pending') : 0, lag: ours.length ? field('lag') : length };
  } catch (error) {
    return error instanceof Error && error.message.includes('no such key')
      ? { length: 0, pending: 0, lag: 0 }
      : null;
  }
}
