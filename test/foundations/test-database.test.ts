import { describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, postgresOn, postgresVersions } from '../support/database.ts';

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe.each(postgresVersions)('a test database on PostgreSQL %i', (version) => {
  test('runs on the version that was asked for', async () => {
    const { url } = await postgresOn(version);
    const [row] = await ask(url, 'SHOW server_version_num');
    expect(Math.floor(Number(row?.server_version_num) / 10_000)).toBe(version);
  });

  test('is one’s own: what one file writes, another does not see', async () => {
    const [one, other] = [
      await createTestDatabase({ version, migrated: false }),
      await createTestDatabase({ version, migrated: false }),
    ];
    await ask(one.url, 'CREATE TABLE seen (id int)');
    const rows = await ask(other.url, `SELECT 1 FROM pg_tables WHERE tablename = 'seen'`);
    expect(rows).toEqual([]);
  });

  test('is a clone of the migrated template', async () => {
    await createTestDatabase({ version }); // makes the template, when nobody did
    const { url } = await createTestDatabase({ version });
    const tables = await ask(url, `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
    expect(tables.map((table) => table.tablename)).toEqual(
      expect.arrayContaining(['tasks', 'events', 'outbox']),
    );
  });

  test('says who left a connection open', async () => {
    const database = await createTestDatabase({ version, migrated: false });
    const client = new Client({ connectionString: database.url, application_name: 'forgetful' });
    client.on('error', () => {}); // dropping cuts it off
    await client.connect();
    await client.query('SELECT 42');
    const complaint = await database.drop().then(
      () => null,
      (error: Error) => error.message,
    );
    expect(complaint).toMatch(/left open[^]*"forgetful" idle: SELECT 42/);
  });
});
