import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.mjs';
import { readJson, writeWhole } from '../setup/cache.mjs';
import { nodeForChildren } from '../setup/node.mjs';
import { SetupProblem } from '../setup/problem.mjs';
import { lastLines, run } from '../setup/run.mjs';
import { timed } from '../terminal.mjs';
import { fingerprint } from './fingerprint.mjs';

/** What is built from sources, and from which. Built again only when one of them changed. */
const shared = ['src/contracts', 'src/errors.ts', 'package-lock.json', 'tsconfig.json'];
const parts = {
  page: {
    title: 'Page',
    sources: ['web', 'client', 'samples', ...shared],
    result: 'dist/web/index.html',
    command: ['node_modules/vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn'],
  },
  workflows: {
    title: 'Temporal workflows',
    sources: ['workflows', 'src/core', ...shared],
    result: 'dist/workflows.js',
    command: ['scripts/build/bundle-workflows.mjs'],
  },
};

const stampOf = (name) => join(root, 'dist', `.${name}-built`);

/** Whether what is built is of the sources as they are. */
export async function isBuilt(name) {
  const { sources, result } = parts[name];
  return existsSync(join(root, result)) && (await readJson(stampOf(name))) === (await fingerprint(sources));
}

/** @returns {Promise<boolean>} whether there was anything to build */
export async function buildPart(name, { force = false } = {}) {
  const { title, sources, command } = parts[name];
  if (!force && (await isBuilt(name))) return false;
  const now = await fingerprint(sources);
  await timed(`Build: ${title}`, async () => {
    const env = { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' };
    const { code, output } = await run(nodeForChildren(), command, { cwd: root, env, timeoutMs: 300_000 });
    if (code !== 0)
      throw new SetupProblem(`${title} could not be built: run \`npm run build\` to see why.`, [
        lastLines(output, 20),
      ]);
  });
  await writeWhole(stampOf(name), JSON.stringify(now), 0o644);
  return true;
}

export const partNames = Object.keys(parts);
