import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answersHttp } from '../../../scripts/supervise/probes.mjs';

const script = fileURLToPath(new URL('./child.mjs', import.meta.url));

/** A row of the supervisor's table. `port` may be a function, as it is in the product. */
export function standIn({ stateFolder, name, port, order = 1, ...rest }) {
  const current = typeof port === 'function' ? port : () => port;
  return {
    role: name,
    order,
    graceMs: 3000,
    launch: () => ({
      command: process.execPath,
      args: [script, String(current()), name, join(stateFolder, 'stopped.txt')],
      env: { NODE_OPTIONS: '' },
      cwd: stateFolder,
    }),
    ready: () => answersHttp(`http://127.0.0.1:${current()}/`),
    ...rest,
  };
}
