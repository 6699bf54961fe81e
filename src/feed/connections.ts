import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';

/**
 * Redis is a helper, never a store: a command fails within half a second, nothing queues up in memory, nothing that fails here
 * may end the process. Whoever needs an answer catches; whoever does not uses `forget`.
 */
const failFast: RedisOptions = {
  maxRetriesPerRequest: 1,
  enableOfflineQueue: false,
  commandTimeout: 500,
  connectTimeout: 2000,
  keepAlive: 10_000,
  disconnectTimeout: 200,
  autoResubscribe: false, // subscriber.ts subscribes again itself, at the first start too
  retryStrategy: (times) => Math.min(50 * times, 1000),
};

export interface FeedOptions {
  redisUrl: string;
  logger: Logger;
}

/** @param role shown by `CLIENT LIST`. A blocking reader needs a longer `commandTimeout` than it blocks. */
export function connect({ redisUrl, logger }: FeedOptions, role: string, more: RedisOptions = {}): Redis {
  const client = new Redis(redisUrl, { ...failFast, connectionName: `adjutant-${role}`, ...more });
  let said = false;
  client.on('error', (error: Error) => {
    if (!said)
      logger.warn(
        { error: error.message, role },
        'Redis cannot be reached; live updates fall back to polling',
      );
    said = true;
  });
  client.on('ready', () => {
    if (said) logger.info({ role }, 'Redis is back');
    said = false;
  });
  return client;
}

/** Channels are shared by all databases of a server, so their names carry the number. */
export function prefixOf(redisUrl: string): string {
  const number = new URL(redisUrl).pathname.replace('/', '') || '0';
  return `adjutant:${number}:`;
}

/** For commands whose failure costs latency only. */
export function forget(command: Promise<unknown>, failed: () => void): void {
  command.catch(failed);
}

/** Waits until the client can take commands, or the time is over. */
export function whenReady(client: Redis, timeoutMs: number): Promise<boolean> {
  if (client.status === 'ready') return Promise.resolve(true);
  return new Promise((resolve) => {
    const ready = () => finish(true);
    const timer = setTimeout(() => finish(false), timeoutMs);
    timer.unref();
    function finish(answer: boolean): void {
      clearTimeout(timer);
      client.off('ready', ready);
      resolve(answer);
    }
    client.once('ready', ready);
  });
}
