import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { userInfo } from 'node:os';
import { run } from './run.mjs';
import { SetupProblem } from './problem.mjs';

const name = 'postgres';

/** Where things go that the PostgreSQL user must reach when the checkout lies out of its reach. */
export const sharedFolder = '/var/lib/adjutant';

/** @returns the user that runs PostgreSQL when we are root, made if it is missing; undefined when we are somebody else */
export async function ensurePostgresUser() {
  if (userInfo().uid !== 0) return undefined;
  const found = await idOf();
  if (found) return found;
  await run('groupadd', ['--system', name]);
  const { output } = await run('useradd', [
    '--system',
    '--gid',
    name,
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    name,
  ]);
  const made = await idOf();
  if (made) return made;
  throw new SetupProblem(
    `PostgreSQL does not run as root and the user "${name}" could not be made: run \`useradd --system ${name}\`, or set DATABASE_URL.`,
    [output.trim()],
  );
}

async function idOf() {
  const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
  return uid.code === 0 && gid.code === 0 ? { uid: Number(uid.output), gid: Number(gid.output) } : undefined;
}

/** Whether that user may run this program or enter this folder, asked of the kernel: every folder above counts. */
export function canUse(path, user) {
  return spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { ...user, cwd: '/' }).status === 0;
}

/**
 * The data folder: inside the state folder where that works. Where the PostgreSQL user cannot enter it, a folder of its own,
 * named after the state folder (its path and inode, so that a new checkout at an old path starts afresh).
 */
export function postgresDataFolder(stateFolder, user) {
  if (!user || canUse(stateFolder, user)) return join(stateFolder, 'postgres');
  const key = createHash('sha256')
    .update(`${stateFolder}:${statSync(stateFolder).ino}`)
    .digest('hex')
    .slice(0, 12);
  mkdirSync(sharedFolder, { recursive: true, mode: 0o755 });
  return join(sharedFolder, `${basename(join(stateFolder, '..'))}-${key}`);
}
