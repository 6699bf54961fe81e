/**
 * The three servers of a benchmark, started as `npm start` starts them (durable PostgreSQL, Redis without a disk, Temporal's dev
 * server with its file on disk), in a state folder of its own that goes with the benchmark. Nothing outlives it: the servers are
 * under the same supervisor and guardian.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPart } from '../../scripts/build/parts.mjs';
import { ensureTools } from '../../scripts/setup/tools.mjs';
import { postgresDataFolder } from '../../scripts/setup/postgres-user.mjs';
import { startPostgres, startRedis, startTemporal } from '../../scripts/product/servers.mjs';
import { compiledCodeEnvironment } from '../../scripts/setup/node.mjs';
import { createPorts } from '../../scripts/supervise/ports.mjs';
import { createSupervisor } from '../../scripts/supervise/supervisor.mjs';
import pg from 'pg';
import { migrate } from '../../src/db/migrate.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Stage {
  stateFolder: string;
  databaseUrl: string;
  redisUrl: string;
  temporalAddress: string;
  namespace: string;
  /** Numbers of the servers' processes by role: `postgres`, `redis`, `temporal`. */
  pids(): Record<string, number>;
  /** The environment of the product's own programs. */
  environment(): Record<string, string>;
  /** Pushes a closer; they run last-in first-out when the stage closes. */
  closeLater(close: () => unknown): void;
  close(): Promise<void>;
}

export async function openStage(name: string): Promise<Stage> {
  const stateFolder = mkdtempSync(join(tmpdir(), `adjutant-bench-${name}-`));
  // The user that runs PostgreSQL has to get to its data.
  chmodSync(stateFolder, 0o711);
  const closers: (() => unknown)[] = [() => removeState(stateFolder)];
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const supervisor = createSupervisor({ stateFolder, say, onGivenUp: say });
  closers.push(() => supervisor.stop());
  const close = closeOnce(closers);
  try {
    const servers = await startServers(stateFolder, supervisor);
    await migrate(servers.databaseUrl);
    await liftBudgets(servers.databaseUrl);
    return {
      ...servers,
      stateFolder,
      pids: () => supervisor.pids(),
      environment: () => environmentOf(stateFolder, servers),
      closeLater: (closer) => void closers.push(closer),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Servers = Pick<Stage, 'databaseUrl' | 'redisUrl' | 'temporalAddress' | 'namespace'>;

async function startServers(
  stateFolder: string,
  supervisor: ReturnType<typeof createSupervisor>,
): Promise<Servers> {
  const bringUp = async (child: { prepare(): Promise<void> }) => {
    await child.prepare();
    await supervisor.start(child);
  };
  const context = {
    stateFolder,
    supervisor,
    ports: createPorts(stateFolder),
    env: {},
    bringUp,
    password: 'bench',
  };
  const [postgres, redis, temporal] = await Promise.all([
    startPostgres(context),
    startRedis(context),
    startTemporal(context),
    buildPart('workflows'),
  ]);
  return {
    databaseUrl: postgres.url(),
    redisUrl: redis.url(),
    temporalAddress: temporal.address(),
    namespace: temporal.namespace,
  };
}

function environmentOf(stateFolder: string, servers: Servers): Record<string, string> {
  return {
    DATABASE_URL: servers.databaseUrl,
    REDIS_URL: servers.redisUrl,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    TEMPORAL_NAMESPACE: servers.namespace,
    FILES_DIR: join(stateFolder, 'files'),
    WORKFLOW_BUNDLE: join(root, 'dist/workflows.js'),
    ...compiledCodeEnvironment(),
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
  };
}

function closeOnce(closers: (() => unknown)[]): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const run = async () => {
    for (let next = closers.pop(); next; next = closers.pop()) {
      await Promise.resolve(next()).catch((error: unknown) =>
        process.stderr.write(`Closing: ${String(error)}\n`),
      );
    }
  };
  const close = () => (closing ??= run());
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void close().then(() => process.exit(130)));
  return close;
}

/** PostgreSQL's data may lie elsewhere when its user cannot enter the temporary folder. */
async function removeState(stateFolder: string): Promise<void> {
  const { postgres } = await ensureTools({ only: ['postgres'] });
  for (const folder of [postgresDataFolder(stateFolder, postgres.user), stateFolder])
    rmSync(folder, { recursive: true, force: true });
}

/** A benchmark measures work, not the $20 a day of a fresh workspace. */
export async function liftBudgets(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query('UPDATE budgets SET limit_micro_usd = 1e12, limit_tokens = 1e12');
  await client.end();
}
