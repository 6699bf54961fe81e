import { expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Extraction } from '../../src/core/documents/passage.ts';
import { extractFile } from '../../src/files/extract/extract-file.ts';
import { defaultLimits } from '../../src/files/extract/extractor.ts';

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));
const brief = ({ passages }: Extraction) =>
  passages.map((passage) => `${passage.anchor.label}: ${passage.text}`);

async function withFile<T>(
  name: string,
  content: string | Uint8Array,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'adjutant-extract-'));
  try {
    await writeFile(join(dir, name), content);
    return await use(join(dir, name));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

test('a PDF gives whole paragraphs: lines joined, hyphens undone, page breaks crossed, running lines left out', async () => {
  expect(brief(await extractFile('pdf', fixture('hyphens.pdf')))).toEqual([
    'page 1: First part',
    'page 1: The audit found a mismatch between the ledger and the stock. It is small.',
    'pages 1–2: A second paragraph ends on the next page of the document.',
    'page 2: A third paragraph.',
    'page 3: Last part',
    'page 3: The end.',
  ]);
});

test('the sample report gives its sentences with pages, its table rows by row, and its headings', async () => {
  const extraction = await extractFile('pdf', sample('operations-report-q3-2026.pdf'));
  expect(extraction.meta).toEqual({ pages: 4, title: 'Operations report, third quarter 2026' });
  expect(brief(extraction)).toContain('page 1: Pallets moved | 45,850 | 48,600 | +6%');
  const compressors = extraction.passages.find((passage) =>
    passage.text.startsWith('Two of the three compressors'),
  );
  expect(compressors).toMatchObject({
    anchor: { kind: 'page', value: 2 },
    heading: '3. The cold store in Port Halvard',
  });
  expect(brief(extraction).join('\n')).not.toMatch(/Confidential|Page \d of/);
});

test('a DOCX gives the clause numbers that Word shows, though it stores only list levels', async () => {
  const { passages } = await extractFile('docx', sample('oakhurst-agreement.docx'));
  const notice = passages.find((passage) => passage.text.includes('sixty days’ notice'));
  expect(notice).toMatchObject({
    anchor: { value: '9.1', label: 'clause 9.1' },
    heading: 'Ending this agreement',
  });
  expect(passages.find((passage) => passage.text.startsWith('complaints'))?.anchor.label).toBe(
    'clause 6.3, item 3',
  );
});

test('a DOCX gives lists, clauses typed by hand and table rows', async () => {
  expect(brief(await extractFile('docx', fixture('lists.docx')))).toEqual([
    'paragraph 1: Rules',
    'paragraph 2: Opening words.',
    'point 1: first point',
    'point 2: second point',
    'point 2: a bullet',
    'clause 4.2: Typed by hand: the clause says so.',
    'clause 4.2: Item | Price',
    'clause 4.2: Bread | 3.20',
    'paragraph 9: Closing words.',
  ]);
});

test('a CSV in Latin-1 with semicolons keeps its letters and quoted delimiters', async () => {
  const extraction = await extractFile('csv', fixture('latin1.csv'));
  expect(brief(extraction)).toEqual([
    'row 2: Ort: München; Stückpreis: 12,50; Bemerkung: groß; schön',
    'row 3: Ort: Zürich; Stückpreis: 9,80',
  ]);
  expect(extraction.meta.columns?.[1]).toEqual({
    name: 'Stückpreis',
    kind: 'number',
    filled: 2,
    min: '9,80',
    max: '12,50',
  });
});

test('a CSV says of each column what it holds', async () => {
  const { meta } = await extractFile('csv', sample('incident-log-2026.csv'));
  expect(meta.rows).toBe(63);
  const byName = new Map(meta.columns?.map((column) => [column.name, column]));
  expect(byName.get('date')).toMatchObject({ kind: 'date', min: '2026-07-01', max: '2026-09-30' });
  expect(byName.get('cost eur')).toMatchObject({ kind: 'number', max: '186400' });
  expect(byName.get('severity')?.values?.at(-1)).toEqual({ value: 'critical', count: 3 });
});

test('a CSV without a header, with blank lines and ragged rows keeps the rows a spreadsheet shows', async () => {
  await withFile('a.csv', '\ufeff1,2\n\n3,4,5\n', async (path) => {
    expect(brief(await extractFile('csv', path))).toEqual([
      'row 1: column 1: 1; column 2: 2',
      'row 3: column 1: 3; column 2: 4; column 3: 5',
    ]);
  });
});

test('text in UTF-16 is read, wrapped lines become one paragraph and log lines stay apart', async () => {
  const text = 'Wrapped\r\nprose.\r\n\r\n2026-01-01 one\r\n2026-01-02 two\r\n';
  await withFile(
    'a.txt',
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
    async (path) => {
      const extraction = await extractFile('text', path);
      expect(brief(extraction)).toEqual([
        'line 1: Wrapped prose.',
        'line 4: 2026-01-01 one',
        'line 5: 2026-01-02 two',
      ]);
      expect(extraction.meta).toEqual({ lines: 5, encoding: 'utf-16le' });
    },
  );
});

test('Markdown gives words without marks, each with its line and heading', async () => {
  const text = [
    '---',
    'a: b',
    '---',
    '# Plan',
    '',
    'Some **bold** and `code`',
    'in [two](http://x) lines.',
    '',
    '- one',
    '- two',
    '',
    '| A | B |',
    '|---|---|',
    '| 1 | 2 |',
    '',
  ];
  await withFile('a.md', text.join('\n'), async (path) => {
    const extraction = await extractFile('markdown', path);
    expect(brief(extraction)).toEqual([
      'line 6: Some bold and code in two lines.',
      'line 9: one',
      'line 10: two',
      'line 12: A | B',
      'line 14: 1 | 2',
    ]);
    expect(extraction.passages[0]?.heading).toBe('Plan');
  });
});

test.each([
  ['pdf', 'encrypted.pdf', 'encrypted_file'],
  ['pdf', 'broken.pdf', 'unreadable_file'],
  ['pdf', 'scanned.pdf', 'unreadable_file'],
  ['docx', 'archive-named.docx', 'unreadable_file'],
  ['docx', 'broken.pdf', 'unreadable_file'],
] as const)('as %s, %s is refused with %s: %s', async (kind, name, code) => {
  await expect(extractFile(kind, fixture(name))).rejects.toMatchObject({ code });
});

test('what unpacks to more than is allowed is refused before it is read', async () => {
  const limits = { ...defaultLimits, maxUnpackedBytes: 10_000_000 };
  await expect(extractFile('docx', fixture('bomb.docx'), { limits })).rejects.toMatchObject({
    code: 'payload_too_large',
  });
});

test('caps on pages, passages and characters are kept', async () => {
  for (const cap of [{ maxPages: 2 }, { maxPassages: 3 }, { maxCharacters: 100 }]) {
    const limits = { ...defaultLimits, ...cap };
    await expect(extractFile('pdf', fixture('hyphens.pdf'), { limits })).rejects.toMatchObject({
      code: 'payload_too_large',
    });
  }
});
