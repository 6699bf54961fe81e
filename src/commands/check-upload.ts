import { createReadStream } from 'node:fs';
import { extractInChild } from '../files/extract-in-child.ts';
import { type Sniffed, sniffFile } from '../files/sniff.ts';
import { isAppError } from '../errors.ts';

/** What an upload really is. Throws the typed reason why it cannot be used: unsupported, lying, empty, protected by a password. */
export async function checkUpload(path: string, name: string): Promise<Sniffed> {
  const sniffed = await sniffFile(path, name);
  if (sniffed.kind === 'pdf' && (await mentions(path, '/Encrypt'))) await refuseLocked(path);
  return sniffed;
}

/** Many encrypted PDFs open without a password, so the reader itself says; with no page allowed it stops right after opening. */
async function refuseLocked(path: string): Promise<void> {
  try {
    await extractInChild({ path, kind: 'pdf', limits: { maxPages: 0 }, timeoutMs: 10_000 });
  } catch (error) {
    if (isAppError(error) && error.code === 'encrypted_file') throw error;
  }
}

async function mentions(path: string, word: string): Promise<boolean> {
  let tail = '';
  for await (const chunk of createReadStream(path, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
    const text = tail + String(chunk);
    if (text.includes(word)) return true;
    tail = text.slice(-word.length);
  }
  return false;
}
