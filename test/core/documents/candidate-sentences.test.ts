import { expect, test } from '@jest/globals';
import { candidateSentences } from '../../../src/core/documents/candidate-sentences.ts';
import { kinds } from '../../../src/core/documents/kinds.ts';
import type { Passage, SourceFile } from '../../../src/core/documents/passage.ts';

function prose(fileId: string, texts: string[]): SourceFile {
  const passages = texts.map(
    (text, index): Passage => ({
      n: index + 1,
      text,
      anchor: { kind: 'page', value: index + 1, label: `page ${index + 1}` },
    }),
  );
  return { fileId, name: `${fileId}.pdf`, passages };
}

function table(fileId: string, rows: string[]): SourceFile {
  const passages = rows.map(
    (text, index): Passage => ({
      n: index + 1,
      text,
      anchor: { kind: 'row', value: index + 2, label: `row ${index + 2}` },
    }),
  );
  return { fileId, name: `${fileId}.csv`, passages };
}

const textsOf = (files: SourceFile[], max?: number) =>
  candidateSentences(files, kinds.risks, max === undefined ? {} : { max }).map((candidate) => candidate.text);

test('headings, captions, fragments, table rows, definitions and signatures are no candidates', () => {
  const file = prose('a', [
    'Risks of the year',
    'Table 1: the risks of the year, unaudited figures.',
    'Pallets | 45,850 | 48,600 | +6%',
    '“Loss” means any damage that the Carrier causes to the Goods.',
    'Signed in Port Halvard on 15 January 2026.',
    'and therefore the pump failed.',
    'The old pump failed twice. All rights reserved by the makers of pumps.',
  ]);
  expect(textsOf([file])).toEqual(['The old pump failed twice.']);
});

test('of sentences that say nearly the same, the one with more evidence stays', () => {
  const file = prose('a', [
    'The pump in hall B failed on Monday again.',
    'The critical pump in hall B failed on Monday again.',
  ]);
  expect(textsOf([file])).toEqual(['The critical pump in hall B failed on Monday again.']);
});

test('a row is quoted by its prose column; its other cells stand beside it, but neither ids nor zeros', () => {
  const file = table('log', [
    'incident id: INC-1; date: 2026-07-16; severity: critical; description: Cooling failed; hall B warmed: 214 pallets were lost.; cost eur: 186400; hours: 0.0',
    'incident id: INC-2; date: 2026-07-17; severity: low; description: A lamp in the hall was replaced.; cost eur: 0; hours: 0.1',
  ]);
  const [first] = candidateSentences([file], kinds.risks);
  expect(first).toMatchObject({
    text: 'Cooling failed; hall B warmed: 214 pallets were lost.',
    facts: [
      { name: 'date', value: '2026-07-16' },
      { name: 'severity', value: 'critical' },
      { name: 'cost eur', value: '186400' },
    ],
    anchor: { label: 'row 2' },
  });
});

test('a table without prose is quoted by whole rows', () => {
  const rows = ['site: Lindmoor; pallets: 15900', 'site: Norrvik; pallets: 7800'];
  expect(textsOf([table('sites', rows)])).toEqual(rows);
});

test('the cap holds, a short document leaves its share to the others, and every part of a long one is heard', () => {
  const word = (n: number) =>
    String(n + 100)
      .split('')
      .map((digit) => 'bdfghklmnp'.charAt(Number(digit)))
      .join('ua');
  const long = prose(
    'long',
    Array.from(
      { length: 500 },
      (_, n) =>
        `The ${word(n)} ${n % 7 === 0 ? 'failed' : 'stayed quiet'} near ${word(n + 333)} and ${word(n + 211)}.`,
    ),
  );
  const short = prose('short', ['The bank may cancel the loan next year.']);
  const candidates = candidateSentences([long, short], kinds.risks, { max: 40 });
  expect(candidates).toHaveLength(40);
  expect(candidates.filter((candidate) => candidate.fileId === 'short')).toHaveLength(1);
  for (let part = 0; part < 5; part += 1) {
    expect(
      candidates.some(
        (candidate) => candidate.fileId === 'long' && Math.floor((candidate.passage - 1) / 100) === part,
      ),
    ).toBe(true);
  }
});

test('the same documents give the same candidates, each verbatim in its passage', () => {
  const files = [
    prose('a', ['The plant may lose its licence. It was founded in 1980 by two brothers.']),
    table('b', ['note: The van broke down on the bridge.; cost: 3']),
  ];
  const candidates = candidateSentences(files, kinds.risks);
  expect(candidateSentences(files, kinds.risks)).toEqual(candidates);
  for (const candidate of candidates) {
    const file = files.find(({ fileId }) => fileId === candidate.fileId);
    expect(file?.passages[candidate.passage - 1]?.text).toContain(candidate.text);
  }
});

test('of a topic only sentences with its words are candidates', () => {
  const file = prose('a', ['Nine drivers are missing this month. The canteen was opened in May.']);
  expect(
    candidateSentences([file], kinds.about, { topic: 'driver shortage' }).map(({ text }) => text),
  ).toEqual(['Nine drivers are missing this month.']);
});

test('documents without sentences give no candidates', () => {
  expect(candidateSentences([prose('a', [])], kinds.risks)).toEqual([]);
  expect(candidateSentences([], kinds.risks)).toEqual([]);
});
