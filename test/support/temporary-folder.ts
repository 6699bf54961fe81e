import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLater } from './close-later.ts';

/** A new folder that goes with the test file: made before what uses it, it is removed after that. */
export async function temporaryFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `adjutant-${name}-`));
  closeLater(`the folder of ${name}`, () => rm(folder, { recursive: true, force: true }));
  return folder;
}
