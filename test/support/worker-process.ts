/** A worker in a process of its own, as operations start it: it can be killed as a machine dies, in the middle of anything. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { closeLater } from './close-later.ts';
import type { ScriptedHouse } from './scripted-house.ts';
import { freePort } from './servers/free-port.ts';
import { waitFor } from './wait-for.ts';
import { workflowBundle } from './workflow-bundle.ts';

const entry = fileURLToPath(new URL('../../workers/worker.ts', import.meta.url));

export interface WorkerProcess {
  /** `kill -9`. */
  kill(): Promise<void>;
}

/** Serves all queues of the house. Ready when it is there. `more`: what else stands in its environment. */
export async function startWorkerProcess(
  house: ScriptedHouse,
  more: Record<string, string> = {},
): Promise<WorkerProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [entry], {
    env: { ...environmentOf(house), WORKER_HEALTH_PORT: String(port), ...(await bundle()), ...more },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  const kill = async () => {
    if (isGone()) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  closeLater('a worker process', kill);
  await waitFor(async () => isGone() || (await fetch(`http://127.0.0.1:${port}/readyz`)).ok, {
    what: 'the worker process to be ready',
    timeoutMs: 60_000,
    everyMs: 50,
  });
  if (isGone()) throw new Error('The worker process has ended by itself.');
  return { kill };
}

function environmentOf(house: ScriptedHouse): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    DATABASE_URL: house.databaseUrl,
    REDIS_URL: house.redisUrl,
    TEMPORAL_ADDRESS: house.temporal.address,
    TEMPORAL_NAMESPACE: house.temporal.namespace,
    FILES_DIR: house.filesDir,
    OPENAI_API_KEY: 'test',
    OPENAI_BASE_URL: house.server.v1,
    MODEL_STALL_SECONDS: '20',
    LOG_LEVEL: 'fatal',
  };
}

async function bundle(): Promise<{ WORKFLOW_BUNDLE: string }> {
  return { WORKFLOW_BUNDLE: (await workflowBundle()).codePath };
}
