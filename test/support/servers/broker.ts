import { mkdtemp, rm } from 'node:fs/promises';
import { chmodSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrokerCalls } from './broker-messages.ts';
import { createBundles } from './bundle.ts';
import { type PostgresService, type PostgresVersion, startPostgres } from './postgres.ts';
import { type RedisService, startRedis } from './redis.ts';
import { startTemporal, type TemporalService } from './temporal.ts';

/**
 * The broker: a process beside jest that starts a server when the first test file asks for it, and hands each file
 * its own part of it. It prints its socket's path, and stops everything when its standard input closes: so no server
 * outlives jest, whatever jest died of.
 */
const folder = await mkdtemp(join(tmpdir(), 'adjutant-test-'));
chmodSync(folder, 0o711); // PostgreSQL runs as another user when we are root

const clusters = new Map<PostgresVersion, Promise<PostgresService>>();
let redis: Promise<RedisService> | undefined;
let temporal: Promise<TemporalService> | undefined;
let database = 0;
const bundle = createBundles(folder);

const postgres = (version: PostgresVersion) => {
  const known = clusters.get(version) ?? startPostgres(version, folder);
  clusters.set(version, known);
  return known;
};

const handlers: {
  [Path in keyof BrokerCalls]: (ask: BrokerCalls[Path]['ask']) => Promise<BrokerCalls[Path]['answer']>;
} = {
  '/postgres': async ({ version }) => ({ url: (await postgres(version)).url }),
  '/database': async ({ version, migrated }) => (await postgres(version)).create(migrated),
  '/database/drop': async ({ version, name }) => ({ left: await (await postgres(version)).drop(name) }),
  '/redis': async () => {
    const { port } = await (redis ??= startRedis());
    database += 1;
    return { port, database };
  },
  '/redis/release': async ({ database: number }) => {
    const { command } = await (redis ??= startRedis());
    // Subscribers and clients between two commands too: whoever selected this database and never left.
    const clients = (await command('CLIENT', 'LIST'))
      .split('\n')
      .filter((line) => line.includes(` db=${number} `));
    return { left: clients.map((line) => /name=\S*/.exec(line)?.[0] ?? line) };
  },
  '/temporal': async () => {
    const server = await (temporal ??= startTemporal());
    return { address: server.address, namespace: server.namespace() };
  },
  '/bundle': async ({ entry }) => ({ codePath: await bundle(entry) }),
  '/finish': async () => {
    const started = await Promise.allSettled(clusters.values());
    const open = started.flatMap((cluster) => (cluster.status === 'fulfilled' ? cluster.value.open() : []));
    return { problems: open.map((name) => `The database ${name} was never dropped.`) };
  },
};

const server = createServer((request, response) => void answer(request, response));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const handle = handlers[request.url as keyof BrokerCalls] as (ask: unknown) => Promise<unknown>;
    if (!handle) throw new Error(`The broker knows no ${request.url}.`);
    response.end(JSON.stringify(await handle(JSON.parse(await bodyOf(request)))));
  } catch (error) {
    response.statusCode = 500;
    response.end(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text || '{}';
}

async function stop(): Promise<void> {
  server.close();
  server.closeAllConnections();
  await Promise.allSettled([
    ...[...clusters.values()].map(async (cluster) => (await cluster).stop()),
    redis?.then(({ child }) => child.stop()),
    temporal?.then(({ child }) => child.stop()),
  ]);
  await rm(folder, { recursive: true, force: true });
  process.exit(0);
}

// Ctrl-C reaches the whole group; jest ends first and closes our input.
process.on('SIGINT', () => {});
process.stdin.once('close', () => void stop());
process.stdin.resume();
const socket = join(folder, 'broker.sock');
server.listen(socket, () => console.log(socket));
