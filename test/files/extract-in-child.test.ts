import { expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { extractInChild } from '../../src/files/extract-in-child.ts';

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));
const entry = fileURLToPath(new URL('./hostile/entries.mjs', import.meta.url));

test('a document is read in a child, with progress by page', async () => {
  const seen: number[] = [];
  const extraction = await extractInChild({
    path: sample('operations-report-q3-2026.pdf'),
    kind: 'pdf',
    onProgress: ({ done, total }) => seen.push(done / total),
  });
  expect(seen).toEqual([0.25, 0.5, 0.75, 1]);
  expect(extraction.meta.pages).toBe(4);
  expect(extraction.passages.map((passage) => passage.n)).toEqual(
    extraction.passages.map((_, index) => index + 1),
  );
});

test('a problem of the file comes back with its code', async () => {
  await expect(extractInChild({ path: fixture('encrypted.pdf'), kind: 'pdf' })).rejects.toMatchObject({
    code: 'encrypted_file',
  });
});

test('limits reach the child', async () => {
  await expect(
    extractInChild({ path: fixture('hyphens.pdf'), kind: 'pdf', limits: { maxPages: 1 } }),
  ).rejects.toMatchObject({
    code: 'payload_too_large',
  });
});

test('an endless loop ends at the time cap', async () => {
  await expect(extractInChild({ path: 'loop', kind: 'pdf', entry, timeoutMs: 500 })).rejects.toMatchObject({
    code: 'unreadable_file',
  });
});

test('an abort ends a busy child', async () => {
  const stop = new AbortController();
  const running = extractInChild({ path: 'loop', kind: 'pdf', entry, signal: stop.signal });
  stop.abort();
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
});

test.each(['crash', 'exit'])(
  'a child that ends by %s is a problem of the file, not of the worker',
  async (path) => {
    await expect(extractInChild({ path, kind: 'pdf', entry })).rejects.toMatchObject({
      code: 'unreadable_file',
    });
  },
);

test.each(['memory', 'heap'])('a child that eats all its %s is stopped', async (path) => {
  await expect(extractInChild({ path, kind: 'pdf', entry, maxHeapMb: 64 })).rejects.toMatchObject({
    code: 'payload_too_large',
  });
});

test('the child sees no environment and may neither write nor start anything', async () => {
  process.env['ADJUTANT_SECRET_OF_A_TEST'] = 'secret';
  const error = await extractInChild({ path: 'look', kind: 'pdf', entry }).catch((problem: Error) => problem);
  expect(JSON.parse((error as Error).message)).toEqual({ env: {}, write: false, child: false });
});
