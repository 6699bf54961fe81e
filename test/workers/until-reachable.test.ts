import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { untilReachable } from '../../workers/until-reachable.ts';
import { createTestDatabase } from '../support/database.ts';
import { freePort } from '../support/servers/free-port.ts';

const logger = { warn: () => undefined };

function connectTo(connectionString: string): () => Promise<void> {
  return async () => {
    const client = new pg.Client({ connectionString });
    try {
      await client.connect();
    } finally {
      await client.end().catch(() => undefined);
    }
  };
}

describe('a server that is not there yet', () => {
  test('is waited for', async () => {
    const port = await freePort();
    const { url } = await createTestDatabase();
    const target = new URL(url);
    let tries = 0;
    const connect = async () => {
      tries += 1;
      // Nobody listens at first; from the third try on the real one is asked.
      const place = tries < 3 ? `127.0.0.1:${port}` : target.host;
      await connectTo(`postgres://${target.username}:${target.password}@${place}${target.pathname}`)();
      return 'there';
    };
    expect(await untilReachable('It', connect, { logger })).toBe('there');
    expect(tries).toBe(3);
  });

  test('is given up when its time is over', async () => {
    const port = await freePort();
    const connect = connectTo(`postgres://nobody@127.0.0.1:${port}/nothing`);
    await expect(untilReachable('It', connect, { logger, patienceMs: 300 })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  test('that answers no is not asked again', async () => {
    const { url } = await createTestDatabase();
    let tries = 0;
    const connect = () => {
      tries += 1;
      return connectTo(url.replace(/\/[^/]+$/, '/no_such_database'))();
    };
    await expect(untilReachable('It', connect, { logger })).rejects.toMatchObject({ code: '3D000' });
    expect(tries).toBe(1);
  });
});
