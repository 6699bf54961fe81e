import { closeLater } from './close-later.ts';
import { askBroker } from './servers/broker-client.ts';
import { type RedisService, startRedis } from './servers/redis.ts';

export interface TestRedis {
  /** `redis://…/n`: a database number that no other test file has. Channels are shared by all numbers. */
  url: string;
  /** For channel names, which Redis does not separate by database. */
  prefix: string;
}

/** A part of the one shared Redis. A client that is still connected when the file ends fails the file. */
export async function testRedis(): Promise<TestRedis> {
  const { port, database } = await askBroker('/redis', {});
  closeLater(`redis database ${database}`, async () => {
    const deadline = Date.now() + 2000;
    let { left } = await askBroker('/redis/release', { database });
    while (left.length > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      ({ left } = await askBroker('/redis/release', { database }));
    }
    if (left.length > 0) throw new Error(`Redis clients were left open:\n${left.join('\n')}`);
  });
  return { url: `redis://127.0.0.1:${port}/${database}`, prefix: `t${database}:` };
}

export interface PrivateRedis {
  url: string;
  port: number;
  /** `kill -9`: nothing is said to its clients. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
  command(...words: string[]): Promise<string>;
}

/** A Redis that belongs to this test file alone: it may be killed, flushed and started again. */
export async function privateRedis(): Promise<PrivateRedis> {
  let service: RedisService = await startRedis();
  const { port } = service;
  closeLater(`the private redis on ${port}`, () => service.child.stop());
  return {
    url: `redis://127.0.0.1:${port}/0`,
    port,
    kill: () => service.child.stop('SIGKILL'),
    async start() {
      service = await startRedis(port);
    },
    command: (...words) => service.command(...words),
  };
}
