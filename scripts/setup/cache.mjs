import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cacheFolder } from '../paths.mjs';
import { timed } from '../terminal.mjs';
import { SetupProblem } from './problem.mjs';

export async function sha256Of(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Writes whole or not at all, also when the power goes. */
export async function writeWhole(path, text, mode = 0o600) {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, text, { mode });
  await rename(draft, path);
}

export async function readJson(path, otherwise) {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return otherwise;
  }
}

/**
 * @returns the cached file's path if it is there and whole, else undefined. Its size is compared with a note written when it
 * came in; `thorough` compares the checksum too.
 */
export async function lookUp(name, { thorough = false } = {}) {
  const path = join(cacheFolder(), name);
  const note = await readJson(`${path}.json`);
  const size = await stat(path).then(
    (found) => found.size,
    () => -1,
  );
  if (!note || note.size !== size) return undefined;
  if (thorough && (await sha256Of(path)) !== note.sha256) return undefined;
  return path;
}

/**
 * Gets one file into the cache from the first source that has it.
 * @param {{ name: string, title: string, sha256?: string, size?: number, mode?: number, help: string,
 *   sources: { from: string, tries?: number, lacks?: () => string | undefined, fetch: (folder: string) => Promise<string> }[] }} wanted
 *   `lacks` names what this machine would need for that source; `fetch` puts the file into the given empty folder and gives
 *   its path
 */
export async function ensureCached(wanted) {
  const cached = await lookUp(wanted.name);
  if (cached) return cached;
  await mkdir(cacheFolder(), { recursive: true });
  await sweepDrafts();
  const tried = [];
  for (const source of wanted.sources) {
    const lacking = source.lacks?.();
    if (lacking) {
      tried.push(`${source.from}: there is no ${lacking} here`);
      continue;
    }
    for (let attempt = 1; attempt <= (source.tries ?? 1); attempt++) {
      const draft = await mkdtemp(join(cacheFolder(), 'draft-'));
      try {
        return await timed(`${wanted.title}: ${source.from}`, () => takeIn(wanted, source, draft));
      } catch (error) {
        tried.push(`${source.from}: ${error.message}`);
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
    }
  }
  throw new SetupProblem(wanted.help, tried);
}

async function takeIn(wanted, source, draft) {
  const file = await source.fetch(draft);
  const { size } = await stat(file);
  const sha256 = await sha256Of(file);
  if (wanted.sha256 && wanted.sha256 !== sha256)
    throw new Error(`its checksum is ${sha256}, not ${wanted.sha256}`);
  await chmod(file, wanted.mode ?? 0o644);
  const path = join(cacheFolder(), wanted.name);
  await writeWhole(`${path}.json`, JSON.stringify({ size, sha256, from: source.from }), 0o644);
  await rename(file, path);
  return path;
}

/** Drafts of a set-up that was killed: a day is longer than any download. */
async function sweepDrafts() {
  for (const name of await readdir(cacheFolder())) {
    if (!name.startsWith('draft-')) continue;
    const path = join(cacheFolder(), name);
    const age =
      Date.now() -
      (await stat(path).then(
        (found) => found.mtimeMs,
        () => Date.now(),
      ));
    if (age > 86_400_000) await rm(path, { recursive: true, force: true });
  }
}
