import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asksTcp } from '../supervise/probes.mjs';

/** The private Redis: nothing on disk, loopback only, with a password. */
export function redisChild({ stateFolder, tool, ports, password }) {
  const folder = join(stateFolder, 'redis');
  const config = join(folder, 'redis.conf');
  let port;
  return {
    role: 'redis',
    title: 'Redis',
    order: 5,
    graceMs: 5000,
    async prepare() {
      port = await ports.take('redis', { preferred: 4802 });
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    },
    takeNextPort: async () => {
      port = await ports.next('redis');
    },
    launch: () => {
      const lines = [
        'bind 127.0.0.1',
        `port ${port}`,
        'save ""',
        'appendonly no',
        `dir ${JSON.stringify(folder)}`,
        `requirepass ${password}`,
      ];
      writeFileSync(config, `${lines.join('\n')}\n`, { mode: 0o600 });
      return { command: tool, args: [config], cwd: folder };
    },
    ready: async () =>
      (await asksTcp('127.0.0.1', port, { line: `AUTH ${password}\r\nPING\r\n` }))?.startsWith('+OK') ??
      false,
    url: () => `redis://:${password}@127.0.0.1:${port}`,
  };
}
