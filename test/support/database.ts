import { closeLater } from './close-later.ts';
import { askBroker } from './servers/broker-client.ts';
import type { PostgresVersion } from './servers/postgres.ts';

export type { PostgresVersion };

/**
 * Both ends of what we support. Tests of migrations, of the record, of claims, purses and slots run on each: `describe.each(postgresVersions)`.
 */
export const postgresVersions: readonly PostgresVersion[] = [15, 18];

export interface TestDatabase {
  /** `postgres://…` of a database that only this caller has. */
  url: string;
  name: string;
  version: PostgresVersion;
  /** Drops it now; without it, it is dropped after the file. Rejects when a connection was left open. */
  drop(): Promise<void>;
}

/**
 * A database of one's own in a few ten milliseconds: a clone of the migrated template, or empty (`migrated: false`).
 * A pool that is still open when it is dropped fails the test file and is named.
 */
export async function createTestDatabase(
  options: { version?: PostgresVersion; migrated?: boolean } = {},
): Promise<TestDatabase> {
  const { version = 18, migrated = true } = options;
  const { name, url } = await askBroker('/database', { version, migrated });
  let dropped: Promise<void> | undefined;
  const drop = () => (dropped ??= dropDatabase(version, name));
  // Who dropped it by hand got the answer already.
  closeLater(`the database ${name}`, () => (dropped ? undefined : drop()));
  return { url, name, version, drop };
}

/** The server itself (its maintenance database), for tests of the set-up and of roles. */
export async function postgresOn(version: PostgresVersion): Promise<{ url: string }> {
  return askBroker('/postgres', { version });
}

async function dropDatabase(version: PostgresVersion, name: string): Promise<void> {
  const { left } = await askBroker('/database/drop', { version, name });
  if (left.length === 0) return;
  const lines = left.map(({ application, state, query }) => `  "${application}" ${state ?? ''}: ${query}`);
  throw new Error(`Connections to the test database were left open:\n${lines.join('\n')}`);
}
