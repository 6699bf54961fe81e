import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { privateRedis, testRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';

async function withClient<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { maxRetriesPerRequest: 1, retryStrategy: null });
  client.on('error', () => {}); // the command says it
  try {
    return await use(client);
  } finally {
    // On a connection that is gone, ioredis would start a timer of two seconds that holds jest up.
    if (client.status !== 'end') client.disconnect();
  }
}

test('two files do not see each other’s keys', async () => {
  const [one, other] = [await testRedis(), await testRedis()];
  await withClient(one.url, (client) => client.set('seen', '1'));
  expect(await withClient(other.url, (client) => client.get('seen'))).toBeNull();
});

test('a private server can be killed and comes back empty on its port', async () => {
  const redis = await privateRedis();
  await withClient(redis.url, (client) => client.set('kept', 'no'));
  await redis.kill();
  await expect(withClient(redis.url, (client) => client.ping())).rejects.toThrow();
  await redis.start();
  const answer = await waitFor(() => withClient(redis.url, (client) => client.ping()), { what: 'the pong' });
  expect(answer).toBe('PONG');
  expect(await withClient(redis.url, (client) => client.get('kept'))).toBeNull();
});
