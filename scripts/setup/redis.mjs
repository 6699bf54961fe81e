import { mkdir, symlink } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../paths.mjs';
import { timed } from '../terminal.mjs';
import { canInstallPackages, installPackages } from './debian.mjs';
import { SetupProblem } from './problem.mjs';
import { findProgram, run } from './run.mjs';

const oldest = [6, 2];

/** @returns {Promise<string>} the path of a redis-server that is new enough */
export async function ensureRedis(env = process.env) {
  const tried = [];
  const found =
    (await usable(env.ADJUTANT_REDIS_SERVER, tried)) ??
    (await usable(findProgram('redis-server'), tried)) ??
    (await usable(linkPath(), tried));
  if (found) return found;
  if (canInstallPackages()) {
    const installed = await timed("Redis: from Debian's package", fromDebian).catch(
      (error) => tried.push(error.message) && undefined,
    );
    if (installed) return installed;
  }
  throw new SetupProblem(
    `Redis ${oldest.join('.')} or newer is missing: run \`${helpfulCommand()}\`, or set REDIS_URL.`,
    tried,
  );
}

const linkPath = () => join(cacheFolder(), 'redis-server');

async function usable(path, tried) {
  if (!path) return undefined;
  const { code, output } = await run(path, ['--version'], { timeoutMs: 5000 });
  const [, major, minor] = output.match(/v=(\d+)\.(\d+)/) ?? [];
  if (code !== 0 || !major) return undefined;
  if (Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1])) return path;
  tried.push(`${path} is version ${major}.${minor}`);
  return undefined;
}

/**
 * Debian's `redis-server` package would start a service on the common port that nobody asked for. The same program lies in
 * `redis-tools` as `redis-check-rdb` and acts by the name that it is called by: a link is enough.
 */
async function fromDebian() {
  await installPackages('redis-tools');
  const program = findProgram('redis-check-rdb');
  await mkdir(cacheFolder(), { recursive: true });
  if (program) await symlink(program, linkPath()).catch(() => {});
  const linked = await usable(linkPath(), []);
  if (linked) return linked;
  await installPackages('redis-server');
  return usable(findProgram('redis-server'), []);
}

function helpfulCommand() {
  if (platform() === 'darwin') return 'brew install redis';
  return findProgram('apt-get') ? 'sudo apt-get install redis-server' : 'sudo dnf install redis';
}
