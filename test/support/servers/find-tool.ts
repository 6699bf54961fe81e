import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/**
 * Finds a foreign program: the path that the set-up passed in the environment, else the search path, else the cache
 * that the set-up fills (`~/.cache/adjutant`). So `npm test` and a single `npx jest file` find the same one.
 */
const tools = {
  temporal: { variable: 'ADJUTANT_TEMPORAL_CLI', names: ['temporal'] },
  temporalTestServer: { variable: 'ADJUTANT_TEMPORAL_TEST_SERVER', names: ['temporal-test-server'] },
  redis: { variable: 'ADJUTANT_REDIS_SERVER', names: ['redis-server'] },
  chromium: {
    variable: 'ADJUTANT_CHROMIUM',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'chrome', 'headless_shell'],
  },
} as const;

export type Tool = keyof typeof tools;

/** The absolute path, or null when the machine has none. A given path that does not work is an error, never skipped. */
export function findTool(tool: Tool): string | null {
  const { variable, names } = tools[tool];
  const given = process.env[variable];
  if (given) {
    if (!isProgram(given)) throw new Error(`${variable} is ${given}, which is no program that can be run.`);
    return given;
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const name of names) {
    const found =
      folders.map((folder) => join(folder, name)).find(isProgram) ?? under(cacheFolder(), name, 5);
    if (found) return found;
  }
  return null;
}

export function requireTool(tool: Tool): string {
  const found = findTool(tool);
  if (found) return found;
  const { variable, names } = tools[tool];
  throw new Error(`${names[0]} was not found: run \`npm test\` once, or set ${variable} to its path.`);
}

/** The same as in scripts/paths.mjs, which an older Node has to run as well. */
function cacheFolder(): string {
  const { ADJUTANT_CACHE, XDG_CACHE_HOME } = process.env;
  if (ADJUTANT_CACHE) return resolve(ADJUTANT_CACHE);
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'adjutant');
  return platform() === 'darwin'
    ? join(homedir(), 'Library/Caches/adjutant')
    : join(homedir(), '.cache/adjutant');
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function under(folder: string, name: string, depth: number): string | undefined {
  if (depth === 0) return undefined;
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
  // It may be a link: redis-server acts by the name that it is called by.
  if (isProgram(join(folder, name))) return join(folder, name);
  for (const entry of entries) {
    const found = entry.isDirectory() ? under(join(folder, entry.name), name, depth - 1) : undefined;
    if (found) return found;
  }
  return undefined;
}
