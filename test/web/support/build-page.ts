import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { closeLater } from '../../support/close-later.ts';

/** Builds the page into a folder of its own, as `npm run build` does, so that a test sees the sources as they are. */
export async function buildPage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'adjutant-page-'));
  closeLater('built page', () => rm(folder, { recursive: true, force: true }));
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
