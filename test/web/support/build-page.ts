import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { isBuilt } from '../../../scripts/build/parts.mjs';

/** The page as `npm run build` makes it; built into a folder of its own if the sources have changed since, so that a test sees them as they are. */
export async function buildPage(): Promise<string> {
  if (await isBuilt('page')) return fileURLToPath(new URL('../../../dist/web', import.meta.url));
  const folder = await temporaryFolder('page');
  const arguments_ = [
    'node_modules/vite/bin/vite.js',
    'build',
    'web',
    '--outDir',
    folder,
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ];
  await promisify(execFile)(process.execPath, arguments_, {
    env: { ...process.env, NODE_ENV: 'production' },
  });
  return folder;
}
