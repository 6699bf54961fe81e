import { expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { sniffFile } from '../../src/files/sniff.ts';

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));

test.each([
  ['operations-report-q3-2026.pdf', 'pdf'],
  ['oakhurst-agreement.docx', 'docx'],
  ['incident-log-2026.csv', 'csv'],
  ['README.md', 'markdown'],
])('%s is recognised as %s', async (name, kind) => {
  expect((await sniffFile(sample(name), name)).kind).toBe(kind);
});

test('a file whose name says nothing is recognised by its bytes', async () => {
  expect((await sniffFile(sample('incident-log-2026.csv'), 'upload')).kind).toBe('csv');
  expect((await sniffFile(sample('operations-report-q3-2026.pdf'), 'upload')).kind).toBe('pdf');
  expect((await sniffFile(sample('README.md'), 'upload')).kind).toBe('text');
});

test.each([
  ['picture-named.pdf', 'lying_file_type'],
  ['archive-named.docx', 'lying_file_type'],
  ['binary-named.txt', 'lying_file_type'],
  ['empty.txt', 'empty_file'],
])('%s is refused as %s', async (name, code) => {
  await expect(sniffFile(fixture(name), name)).rejects.toMatchObject({ code });
});

test('a PDF that calls itself text is refused too: whoever opens it believes the name', async () => {
  await expect(sniffFile(sample('operations-report-q3-2026.pdf'), 'notes.txt')).rejects.toMatchObject({
    code: 'lying_file_type',
  });
});

test('an image is recognised by its bytes; an ending of another format is a lie', async () => {
  expect(await sniffFile(fixture('picture.png'), 'picture.png')).toEqual({
    kind: 'image',
    mediaType: 'image/png',
  });
  expect(await sniffFile(fixture('picture.png'), 'upload')).toMatchObject({ kind: 'image' });
  for (const name of ['picture.jpg', 'picture.txt'])
    await expect(sniffFile(fixture('picture.png'), name)).rejects.toMatchObject({ code: 'lying_file_type' });
  await expect(sniffFile(sample('README.md'), 'readme.gif')).rejects.toMatchObject({
    code: 'lying_file_type',
  });
});

test('an image that models are not shown is not taken', async () => {
  await expect(sniffFile(fixture('picture.png'), 'picture.svg')).rejects.toMatchObject({
    code: 'unsupported_file_type',
  });
});
