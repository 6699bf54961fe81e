import { expect, test } from '@jest/globals';
import { assembleMemo } from '../../../src/core/documents/assemble-memo.ts';
import { countOf, titleOf } from '../../../src/core/documents/goal-words.ts';
import { headlineOf } from '../../../src/core/documents/headline.ts';

test.each([
  [
    'Write a one-page memo for the board: the three biggest risks, each with its source.',
    'Memo for the board: the three biggest risks',
    3,
  ],
  ['Please summarise these documents.', 'Summary of these documents', 3],
  ['Give me the top 5 concerns', 'Top 5 concerns', 5],
  ['Draft a two-page brief of the one thing that matters', 'Brief of the one thing that matters', 1],
  ['What are the three greatest dangers for the hospital?', 'Three greatest dangers for the hospital', 3],
  ['List ten problems', 'Ten problems', 10],
])('of "%s" the title is "%s" and the count %d', (goal, title, count) => {
  expect(titleOf(goal, 'risks')).toBe(title);
  expect(countOf(goal, 'risks')).toBe(count);
});

test.each([
  [
    'Two of the three compressors in the Port Halvard cold store are past their service life, and the engineers worry.',
    'Compressors in the Port Halvard cold store',
  ],
  [
    'On-time delivery for Oakhurst Foods fell to 93.8 per cent in August.',
    'On-time delivery for Oakhurst Foods',
  ],
  [
    'The transport authority has opened an inquiry and can suspend our operating licence if the limit is broken again.',
    'The transport authority has opened an inquiry',
  ],
  [
    'In July and August the compressors stopped twice, and goods worth €327,000 had to be destroyed.',
    'In July and August the compressors stopped twice',
  ],
])('the heading of "%s" is "%s"', (text, heading) => {
  expect(headlineOf(text)).toBe(heading);
});

test('a heading never says the whole sentence again', () => {
  const text = 'The website was available for 99.95 per cent of the quarter.';
  expect(headlineOf(text, '6. Systems')).toBe('Systems');
  expect(text).not.toContain(headlineOf(text));
});

test('when nothing was found the memo says so and has no sections', () => {
  const memo = assembleMemo({
    goal: 'List the risks',
    chosen: { kind: 'risks', items: [], asked: 0 },
    fileNames: ['a.pdf', 'b.csv'],
  });
  expect(memo).toBe('# Risks\n\nNo risks were found in a.pdf and b.csv.\n');
});

test('words that two documents have are quoted once, with both places', () => {
  const quote = {
    id: 'a/1.1',
    fileId: 'a',
    fileName: 'a.pdf',
    passage: 1,
    anchor: { kind: 'page' as const, value: 1, label: 'page 1' },
    text: 'The pump failed twice in the hot summer.',
    facts: [],
    evidence: 1,
    score: 1,
    rank: 1,
    margin: 1,
  };
  const other = {
    ...quote,
    id: 'b/1.1',
    fileId: 'b',
    fileName: 'b.csv',
    anchor: { kind: 'row' as const, value: 2, label: 'row 2' },
  };
  const memo = assembleMemo({
    goal: 'Name the one biggest risk',
    chosen: { kind: 'risks', items: [{ quotes: [quote, other], weight: 1 }], asked: 2 },
    fileNames: ['a.pdf', 'b.csv'],
  });
  expect(memo.split(quote.text)).toHaveLength(2);
  expect(memo).toContain('— *a.pdf, page 1; b.csv, row 2*');
});
