import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Builds the page into a folder of its own, as `npm run build` does, so that a test sees the sources as they are. */
export async function buildPage(): Promise<string> {
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
