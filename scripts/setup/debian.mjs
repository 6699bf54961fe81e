import { userInfo } from 'node:os';
import { findProgram, lastLines, run } from './run.mjs';

let queue = Promise.resolve();

/** Whether this machine lets us install Debian packages without asking anybody. */
export const canInstallPackages = () => userInfo().uid === 0 && findProgram('apt-get') !== undefined;

/** Installs Debian packages, one call after the other: apt holds a lock. Package lists are fetched only if the first try fails. */
export function installPackages(...names) {
  const turn = queue.then(() => install(names));
  queue = turn.catch(() => {});
  return turn;
}

async function install(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=2'];
  const get = (...args) => run('apt-get', [...wait, '-y', '-q', ...args], { env });
  const first = await get('install', '--no-install-recommends', ...names);
  if (first.code === 0) return;
  await get('update');
  const second = await get('install', '--no-install-recommends', ...names);
  if (second.code !== 0) throw new Error(lastLines(second.output, 2));
}
