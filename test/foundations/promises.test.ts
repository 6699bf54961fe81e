import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Row {
  promise: string;
  proof: string;
}

/** The table rows under a heading; a `|` inside a cell is written `\|`. */
function rowsUnder(page: string, heading: string): Row[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) => {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    return { promise: cells[1] ?? '', proof: cells[2] ?? '' };
  });
}

/** What is wrong with one proof, or null. A proof reads: `path`, or `path`: words of the test's title. */
function problemOf(proof: string, read: (path: string) => string | null): string | null {
  const [, path, title] = /^`([^`]+)`(?:: (.+))?$/.exec(proof) ?? [];
  if (!path) return `"${proof}" names no file`;
  const text = read(path);
  if (text === null) return `${path} does not exist`;
  if (!title) return null;
  const plain = title.replaceAll('\\|', '|');
  return text.includes(plain) ? null : `${path} has no "${plain}"`;
}

function problems(page: string, read: (path: string) => string | null): string[] {
  return rowsUnder(page, 'Proven').flatMap(({ proof }) =>
    proof.split('<br>').flatMap((one) => problemOf(one.trim(), read) ?? []),
  );
}

const readReal = (path: string) =>
  existsSync(`${root}${path}`) ? readFileSync(`${root}${path}`, 'utf8') : null;

describe('docs/promises.md', () => {
  const page = readReal('docs/promises.md') ?? '';

  test('names only proofs that exist', () => expect(problems(page, readReal)).toEqual([]));

  test('has rows in both sections, and no promise twice', () => {
    const promises = [...rowsUnder(page, 'Proven'), ...rowsUnder(page, 'Not yet proven')].map(
      (row) => row.promise,
    );
    expect(rowsUnder(page, 'Proven').length).toBeGreaterThan(0);
    expect(promises.filter((promise) => promise === '')).toEqual([]);
    expect(new Set(promises).size).toBe(promises.length);
  });
});

describe('a page that lies', () => {
  const table = (proof: string) =>
    `## Proven\n\n| Promise | Proof | Figure |\n|---|---|---|\n| It flies | ${proof} | |\n`;
  const read = (path: string) => (path === 'test/wings.test.ts' ? `test('flaps a | wing')` : null);

  test.each([
    ['`test/tail.test.ts`', ['test/tail.test.ts does not exist']],
    ['`test/wings.test.ts`: soars', ['test/wings.test.ts has no "soars"']],
    ['we saw it', ['"we saw it" names no file']],
    ['', ['"" names no file']],
    ['`test/wings.test.ts`: flaps<br>`bench/fly.ts`', ['bench/fly.ts does not exist']],
    ['`test/wings.test.ts`: flaps a \\| wing', []],
    ['`test/wings.test.ts`', []],
  ])('%s', (proof, expected) => expect(problems(table(proof), read)).toEqual(expected));
});
