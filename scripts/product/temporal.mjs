import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { listensAt } from '../supervise/listening.mjs';
import { answersHttp } from '../supervise/probes.mjs';

const searchAttributes = ['AdjutantWorkspace', 'AdjutantAgent', 'AdjutantRootTask', 'AdjutantStatus'];
/** One history shard polls each of its queues at most 20 times a second by default: every hop would wait up to 50 ms. */
const busyQueues = ['transfer', 'timer', 'visibility', 'outbound'];

/** Temporal's dev server with its Web UI; its state lies in one file. */
export function temporalChild({ stateFolder, tool, ports, namespace }) {
  const folder = join(stateFolder, 'temporal');
  let port;
  let uiPort;
  const uiUrl = () => `http://127.0.0.1:${uiPort}`;
  return {
    role: 'temporal',
    title: 'Temporal',
    order: 4,
    graceMs: 10_000,
    async prepare() {
      port = await ports.take('temporal', { preferred: 7233 });
      uiPort = await ports.take('temporalUi', { preferred: 8233 });
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    },
    takeNextPort: async () => {
      port = await ports.next('temporal');
      uiPort = await ports.next('temporalUi');
    },
    launch: () => ({
      command: tool,
      args: ['server', 'start-dev', ...options({ folder, port, uiPort, namespace })],
      cwd: folder,
    }),
    // Through the Web UI's own door: it answers when the server, the namespace and the UI are all there.
    ready: async (pid) =>
      listensAt(pid, port) &&
      listensAt(pid, uiPort) &&
      answersHttp(`${uiUrl()}/api/v1/namespaces/${namespace}`),
    address: () => `127.0.0.1:${port}`,
    uiUrl,
  };
}

function options({ folder, port, uiPort, namespace }) {
  return [
    ...['--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
    ...['--db-filename', join(folder, 'temporal.db'), '--log-level', 'warn'],
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    ...busyQueues.flatMap((queue) => ['--dynamic-config-value', `history.${queue}ProcessorMaxPollRPS=2000`]),
    ...searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
  ];
}
