import { root } from '../paths.mjs';
import { compiledCodeEnvironment, nodeForChildren } from '../setup/node.mjs';
import { listensAt } from '../supervise/listening.mjs';
import { answersHttp } from '../supervise/probes.mjs';

/** The parts of the product itself: each is a Node process that reads only its environment (see src/config.ts). */

/** @param {() => Record<string, string>} environment asked at every start */
export function apiChild({ ports, environment, host, preferredPort }) {
  let port;
  return {
    ...nodeChild({
      role: 'api',
      title: 'API',
      order: 1,
      script: 'src/main.ts',
      env: () => ({ ...environment(), PORT: String(port), HOST: host }),
    }),
    async prepare() {
      port ??= await ports.take('page', {
        preferred: preferredPort,
        host,
        ...(process.env.PORT ? { from: preferredPort } : {}),
      });
    },
    takeNextPort: async () => {
      port = await ports.next('page', { host });
    },
    ready: async (pid) => listensAt(pid, port) && answersHttp(`http://${reachable(host)}:${port}/readyz`),
    port: () => port,
    url: () => `http://${reachable(host)}:${port}`,
  };
}

export function workerChild({ number = 1, ports, environment }) {
  let port;
  const name = number === 1 ? 'workerHealth' : `workerHealth${number}`;
  return {
    ...nodeChild({
      role: `worker-${number}`,
      title: 'Worker',
      order: 2,
      script: 'workers/worker.ts',
      env: () => ({ ...environment(), WORKER_HEALTH_PORT: String(port) }),
    }),
    async prepare() {
      port ??= await ports.take(name, { preferred: 4801 });
    },
    takeNextPort: async () => {
      port = await ports.next(name);
    },
    ready: async (pid) => listensAt(pid, port) && answersHttp(`http://127.0.0.1:${port}/livez`),
  };
}

export function llamaChild({ ports, environment, model }) {
  let port;
  return {
    ...nodeChild({
      role: 'llama',
      title: 'Llama',
      order: 3,
      script: 'workers/llama.ts',
      env: () => ({ ...environment(), LLAMA_MODEL: model, LLAMA_PORT: String(port) }),
    }),
    graceMs: 3000,
    readyMs: 60_000,
    async prepare() {
      port ??= await ports.take('llama', { preferred: 4804 });
    },
    takeNextPort: async () => {
      port = await ports.next('llama');
    },
    ready: async (pid) => listensAt(pid, port) && answersHttp(`http://127.0.0.1:${port}/health`),
    url: () => `http://127.0.0.1:${port}/v1`,
  };
}

function nodeChild({ role, title, order, script, env }) {
  return {
    role,
    title,
    order,
    graceMs: 15_000,
    readyMs: 60_000,
    launch: () => ({
      command: nodeForChildren(),
      args: [script],
      env: { ...commonEnvironment(), ...env() },
      cwd: root,
    }),
  };
}

const commonEnvironment = () => ({
  NODE_ENV: process.env.NODE_ENV || 'production',
  ...compiledCodeEnvironment(),
});

/** Where this machine reaches a server that listens on all interfaces. */
export const reachable = (host) =>
  host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
