import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, stateFolder } from '../paths.mjs';
import { acquireLock } from '../supervise/lock.mjs';
import { busy, done, since } from '../terminal.mjs';
import { readJson, writeWhole } from './cache.mjs';
import { SetupProblem } from './problem.mjs';
import { lastLines, run } from './run.mjs';

/** What npm itself notes about what it installed, at the end of an installation. */
const installedNote = join(root, 'node_modules/.package-lock.json');
const stampPath = join(root, 'node_modules/.adjutant-installed');

/** Installs the locked dependencies, unless they are there already. */
export async function ensureDependencies() {
  const lock = await readFile(join(root, 'package-lock.json'), 'utf8');
  const wanted = createHash('sha256').update(`${lock}${process.platform}${process.arch}`).digest('hex');
  if ((await readFile(stampPath, 'utf8').catch(() => '')) === wanted) return;
  const locked = JSON.parse(lock);
  if (!(await isInstalled(locked))) await alone(() => installUnlessThere(locked));
  await writeWhole(stampPath, wanted, 0o644);
}

/** `npm start` and `npm test` may both begin in a fresh checkout: one installs, the other waits for it. */
async function alone(work) {
  await mkdir(stateFolder, { recursive: true });
  const path = join(stateFolder, 'install.lock');
  let lock = acquireLock(path);
  if (lock.holder) busy(`Dependencies: being installed by process ${lock.holder.pid}`);
  while (lock.holder) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    lock = acquireLock(path);
  }
  try {
    await work();
  } finally {
    lock.release();
  }
}

async function installUnlessThere(locked) {
  if (!(await isInstalled(locked))) await install();
}

/** Somebody may have run npm by hand: its own note in node_modules says which version of what is there. */
async function isInstalled(lock) {
  const note = await readJson(installedNote);
  if (!note) return false;
  return Object.entries(lock.packages).every(
    ([path, wanted]) =>
      path === '' || wanted.optional || wanted.link || note.packages[path]?.version === wanted.version,
  );
}

async function install() {
  const from = Date.now();
  busy('Dependencies: npm ci (a minute or two)');
  const report = setInterval(() => busy(`Dependencies: still at it, ${since(from)}`), 15_000);
  try {
    await npmCi(2);
  } finally {
    clearInterval(report);
  }
  const { packages } = await readJson(installedNote, { packages: {} });
  done(`Dependencies: ${Object.keys(packages).length} packages, ${since(from)}`);
}

async function npmCi(tries) {
  // npm tells its scripts where it is: the same npm, whatever the path says. Development packages build the page.
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await run(npm[0], [...npm.slice(1), ...args], { cwd: root, timeoutMs: 1_200_000 });
  if (code === 0) return;
  if (tries > 1) return npmCi(tries - 1);
  throw new SetupProblem('The dependencies could not be installed: run `npm ci` to see why.', [
    lastLines(output, 8),
  ]);
}
