import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../paths.mjs';

/** One word for the state of files and folders: names, sizes and times of change. Reading them all would cost more. */
export async function fingerprint(paths) {
  const lines = await Promise.all(paths.map((path) => describe(path)));
  return createHash('sha256').update(lines.flat().sort().join('\n')).digest('hex');
}

async function describe(path) {
  const found = await stat(join(root, path)).catch(() => undefined);
  if (!found) return [`${path} is missing`];
  if (!found.isDirectory()) return [`${path} ${found.size} ${found.mtimeMs}`];
  const names = await readdir(join(root, path));
  return (
    await Promise.all(
      names.filter((name) => name !== 'node_modules').map((name) => describe(join(path, name))),
    )
  ).flat();
}
