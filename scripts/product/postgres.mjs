import { existsSync, readFileSync } from 'node:fs';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { postgresDataFolder } from '../setup/postgres-user.mjs';
import { SetupProblem } from '../setup/problem.mjs';
import { lastLines, run } from '../setup/run.mjs';
import { someoneIn, startTimeOf } from '../supervise/processes.mjs';

const name = 'adjutant';

/** For one machine that also runs everything else. Commits stay durable: only what costs nothing is loosened. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '8MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  random_page_cost: 1.1,
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
};

/** The private PostgreSQL as a child of the supervisor. */
export function postgresChild({ stateFolder, tool, ports, password }) {
  const folder = postgresDataFolder(stateFolder, tool.user);
  let port;
  return {
    role: 'postgres',
    title: 'PostgreSQL',
    order: 6,
    // Fast shutdown: sessions are ended, the data is written. The default (SIGTERM) waits for sessions for ever.
    signal: 'SIGINT',
    graceMs: 15_000,
    async prepare() {
      port = await ports.take('postgres', { preferred: 4803 });
      if (!existsSync(join(folder, 'PG_VERSION'))) await initialise(folder, tool, password);
      await removeDeadNote(folder);
    },
    takeNextPort: async () => {
      port = await ports.next('postgres');
    },
    launch: () => ({
      command: join(tool.bin, 'postgres'),
      args: [
        '-D',
        folder,
        '-p',
        String(port),
        ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
      ],
      cwd: folder,
      ...tool.user,
    }),
    ready: async (pid) => saysReady(folder, pid),
    url: () => `postgres://${name}:${password}@127.0.0.1:${port}/${name}`,
    ensureDatabase: () => ensureDatabase(port, password),
  };
}

/** Into a draft that is renamed at the end: a set-up that was killed half-way leaves no half database. */
async function initialise(folder, { bin, user }, password) {
  const draft = `${folder}.draft`;
  const passwordFile = `${folder}.password`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) await Promise.all([chown(draft, user.uid, user.gid), chown(passwordFile, user.uid, user.gid)]);
  // The built-in provider knows upper and lower case of all letters and depends on no library of the machine.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const args = [
    '-D',
    draft,
    `--username=${name}`,
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    ...locale,
  ];
  const { code, output } = await run(join(bin, 'initdb'), args, { cwd: '/', ...user });
  await rm(passwordFile, { force: true });
  if (code !== 0)
    throw new SetupProblem('PostgreSQL could not lay out its data folder: see below, or set DATABASE_URL.', [
      lastLines(output),
    ]);
  await rename(draft, folder);
}

/** The server notes its state on the eighth line of its own pid file. The file of one that was killed lies there still. */
function saysReady(folder, pid) {
  try {
    const lines = readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

/**
 * A killed server that nobody has buried (in a container whose first process does not do that) counts as running for
 * PostgreSQL, which then refuses to start. Its note may go once none of its processes is left in the data folder: they end by
 * themselves when their parent is dead.
 */
async function removeDeadNote(folder) {
  const pid = notedPid(folder);
  if (!pid || startTimeOf(pid) || !isUnburied(pid)) return;
  for (
    const deadline = Date.now() + 5000;
    someoneIn(folder);
    await new Promise((resolve) => setTimeout(resolve, 50))
  ) {
    if (Date.now() > deadline) return;
  }
  await rm(join(folder, 'postmaster.pid'), { force: true });
}

function notedPid(folder) {
  try {
    return Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
}

function isUnburied(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function ensureDatabase(port, password) {
  const { Client } = createRequire(import.meta.url)('pg');
  const client = new Client({ host: '127.0.0.1', port, user: name, password, database: 'postgres' });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${name}`);
  } finally {
    await client.end();
  }
}
