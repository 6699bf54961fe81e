import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { ensurePostgres } from '../../../scripts/setup/postgres.mjs';
import { startChild } from './child.ts';
import { freePort } from './free-port.ts';

/**
 * One PostgreSQL cluster, a template database that is migrated once, and clones of it.
 *
 * Durability is off: a test database that is lost with the machine is no loss, and commits cost a third.
 */
export type PostgresVersion = 15 | 18;

export interface Leftover {
  application: string;
  state: string | null;
  query: string;
}

export interface PostgresService {
  url: string;
  /** A new database: a clone of the migrated template, or an empty one. */
  create(migrated: boolean): Promise<{ name: string; url: string }>;
  /** Drops it by force and tells who was still connected after two seconds of grace. */
  drop(name: string): Promise<Leftover[]>;
  /** Databases that nobody dropped. */
  open(): string[];
  stop(): Promise<void>;
}

const migrations = new URL('../../../src/db/migrate.ts', import.meta.url);
const template = 'adjutant_template';
const owner = 'adjutant';
const settings = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'autovacuum=off',
  'max_wal_size=8GB',
  'checkpoint_timeout=1h',
  'max_connections=300',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'deadlock_timeout=200ms',
];

interface PostgresCluster {
  url(database: string): string;
  stop(): Promise<void>;
}

export async function startPostgres(version: PostgresVersion, folder: string): Promise<PostgresService> {
  const server = await startCluster(version, join(folder, `postgres-${version}`));
  const admin = new Client({
    connectionString: server.url('postgres'),
    application_name: 'adjutant test broker',
  });
  admin.on('error', () => {}); // it is closed with the server
  await admin.connect();

  const open = new Set<string>();
  let migrated: Promise<void> | undefined;
  let counter = 0;
  return {
    url: server.url('postgres'),
    async create(wantsTables) {
      if (wantsTables) await (migrated ??= makeTemplate(admin, server.url(template)));
      const name = `adjutant_test_${++counter}`;
      await admin.query(`CREATE DATABASE ${name}${wantsTables ? ` TEMPLATE ${template}` : ''}`);
      open.add(name);
      return { name, url: server.url(name) };
    },
    async drop(name) {
      const left = await whoIsLeft(admin, name);
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      open.delete(name);
      return left;
    },
    open: () => [...open],
    async stop() {
      await admin.end().catch(() => {});
      await server.stop();
    },
  };
}

async function startCluster(version: PostgresVersion, folder: string): Promise<PostgresCluster> {
  const { bin, user } = await ensurePostgres(version);
  await mkdir(folder, { mode: 0o700 });
  if (user) await chown(folder, user.uid, user.gid);
  const asUser = { ...user, cwd: '/' }; // where we stand may be a folder that this user cannot enter
  const initdb = ['-D', folder, '-U', owner, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await promisify(execFile)(join(bin, 'initdb'), initdb, asUser);
  const port = await freePort();
  const child = await startChild(
    join(bin, 'postgres'),
    ['-D', folder, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    (output) => output.includes('ready to accept connections'),
    asUser,
  );
  return {
    url: (database) => `postgres://${owner}@127.0.0.1:${port}/${database}`,
    stop: () => child.stop('SIGINT'), // fast shutdown: connections are cut
  };
}

async function makeTemplate(admin: Client, url: string): Promise<void> {
  if (!existsSync(migrations)) {
    throw new Error('src/db/migrate.ts is not there: ask for createTestDatabase({ migrated: false }).');
  }
  const { migrate } = (await import(pathToFileURL(migrations.pathname).href)) as {
    migrate?: (databaseUrl: string) => Promise<unknown>;
  };
  if (!migrate) throw new Error('src/db/migrate.ts exports no migrate(databaseUrl).');
  await admin.query(`CREATE DATABASE ${template}`);
  try {
    await migrate(url);
  } catch (cause) {
    await admin.query(`DROP DATABASE ${template} WITH (FORCE)`);
    throw new Error(`The migrations failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** A pool that was ended a moment ago may still be seen for an instant, so it gets some grace. */
async function whoIsLeft(admin: Client, name: string): Promise<Leftover[]> {
  const deadline = Date.now() + 2000;
  for (;;) {
    const { rows } = await admin.query<Leftover>(
      `SELECT application_name AS application, state, left(query, 200) AS query
         FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
      [name],
    );
    if (rows.length === 0 || Date.now() > deadline) return rows;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
