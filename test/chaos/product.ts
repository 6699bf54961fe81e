/** The whole product as people start it (`scripts/start.mjs`), with a state folder of its own; it and its data go when it is stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { postgresDataFolder } from '../../scripts/setup/postgres-user.mjs';
import { ensureTools } from '../../scripts/setup/tools.mjs';
import { parentOf } from '../../scripts/supervise/processes.mjs';
import { waitFor } from '../support/wait-for.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Endpoints {
  page: string;
  api: string;
  temporalAddress: string;
  databaseUrl: string;
  redisUrl: string;
  pids: Record<string, number>;
}

export interface Product {
  stateFolder: string;
  /** From the command to "ready". */
  readyMs: number;
  endpoints(): Endpoints;
  ownerKey(): string;
  /** All that it printed. */
  output(): string;
  /** Null while it runs. */
  exitCode(): number | null;
  /** `kill -9` of a part; false when it is not there at this moment. Only what the product's own supervisor started is ever hit. */
  kill(role: string): boolean;
  stop(): Promise<void>;
}

/** Keys of this machine must not leak in: the product talks to the scripted models or to nobody. */
const noKeys = {
  OPENAI_API_KEY: '',
  ANTHROPIC_API_KEY: '',
  DATABASE_URL: '',
  REDIS_URL: '',
  TEMPORAL_ADDRESS: '',
};

export function makeStateFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `adjutant-${name}-`));
  // The user that runs PostgreSQL has to get to its data.
  chmodSync(folder, 0o711);
  return folder;
}

export async function removeStateFolder(folder: string): Promise<void> {
  const { postgres } = await ensureTools({ only: ['postgres'] });
  for (const each of [postgresDataFolder(folder, postgres.user), folder])
    rmSync(each, { recursive: true, force: true });
}

export async function startProduct(stateFolder: string, env: Record<string, string>): Promise<Product> {
  const { NODE_OPTIONS: _, npm_lifecycle_event: __, ...inherited } = process.env;
  const from = performance.now();
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: root,
    env: { ...inherited, ...noKeys, NO_COLOR: '1', ...env, ADJUTANT_STATE: stateFolder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
  };
  await untilReady(child, () => output).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const endpoints = () => JSON.parse(readFileSync(join(stateFolder, 'endpoints.json'), 'utf8')) as Endpoints;
  return {
    stateFolder,
    readyMs: performance.now() - from,
    endpoints,
    ownerKey: () => readFileSync(join(stateFolder, 'owner.key'), 'utf8').trim(),
    output: () => output,
    exitCode: () => child.exitCode,
    kill: (role) => killPart(child, endpoints().pids[role]),
    stop,
  };
}

function killPart(supervisor: ChildProcess, pid: number | undefined): boolean {
  // A number may belong to somebody else by now: then its parent is not the supervisor.
  if (!pid || parentOf(pid) !== supervisor.pid) return false;
  process.kill(pid, 'SIGKILL');
  return true;
}

async function untilReady(child: ChildProcess, output: () => string): Promise<void> {
  await waitFor(
    () => {
      if (child.exitCode !== null || child.signalCode !== null) return true;
      return output().includes('Adjutant is ready');
    },
    { what: 'the product to be ready', timeoutMs: 120_000, everyMs: 5 },
  );
  if (!output().includes('Adjutant is ready'))
    throw new Error(`The product ended while it started:\n${output()}`);
}
