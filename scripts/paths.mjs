import { homedir, platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this checkout: everything else is found from here, whatever the current folder is. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where this checkout keeps its state: data, logs, keys. */
export const stateFolder = resolve(root, process.env.ADJUTANT_STATE || '.adjutant');

/** Downloads that every checkout of this user shares. */
export function cacheFolder(env = process.env) {
  if (env.ADJUTANT_CACHE) return resolve(env.ADJUTANT_CACHE);
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'adjutant');
  return platform() === 'darwin'
    ? join(homedir(), 'Library/Caches/adjutant')
    : join(homedir(), '.cache/adjutant');
}
