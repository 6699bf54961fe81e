import { expect, test } from '@jest/globals';
import { splitSentences } from '../../../src/core/documents/sentences.ts';
import { createSimilarity, figuresOf, largestAmount, stemsOf } from '../../../src/core/documents/words.ts';

test('sentences are verbatim parts; abbreviations, initials and decimals do not end them', () => {
  const text =
    'Dr. A. Smith paid approx. €1.5 million to Acme Ltd. for it. See No. 5, e.g. the lease. “Why?” she asked!';
  const sentences = splitSentences(text);
  expect(sentences).toEqual([
    'Dr. A. Smith paid approx. €1.5 million to Acme Ltd. for it.',
    'See No. 5, e.g. the lease.',
    '“Why?” she asked!',
  ]);
  for (const sentence of sentences) expect(text).toContain(sentence);
});

test('figures are the same however they are grouped, and full stops are not part of them', () => {
  expect(figuresOf('In 2026, 48,600 pallets cost €1.90 each, 5.0 hours. Clause 4.2.')).toEqual([
    '2026',
    '48600',
    '1.9',
    '5',
    '4.2',
  ]);
  expect(figuresOf('48600 1,234.5 08:15 2026-08-03')).toEqual([
    '48600',
    '1234.5',
    '8',
    '15',
    '2026',
    '8',
    '3',
  ]);
});

test('the largest amount of money is found, bare numbers are not money', () => {
  expect(largestAmount('goods worth €327,000 and a loss of €1.9 million')).toBe(1_900_000);
  expect(largestAmount('USD 40 thousand, 7 million pallets')).toBe(40_000);
  expect(largestAmount('12,000 pallets')).toBe(0);
});

test('bent forms of a word are one word', () => {
  expect(new Set(stemsOf('compressor compressors Compressor’s')).size).toBe(1);
  expect(stemsOf('late delivery, deliveries')).toEqual(['late', 'delivery', 'delivery']);
});

test('sentences about one matter are alike, sentences that share one common word are not', () => {
  const texts = [
    'Two compressors in the Port Halvard cold store are past their service life.',
    'Compressor 1 in the Port Halvard cold store failed again.',
    'A new canteen was opened in Port Halvard.',
    'The fleet renewal is on plan.',
  ];
  const alike = createSimilarity(texts);
  expect(alike(texts[0] ?? '', texts[1] ?? '')).toBeGreaterThan(0.35);
  expect(alike(texts[0] ?? '', texts[3] ?? '')).toBe(0);
  expect(alike(texts[0] ?? '', texts[2] ?? '')).toBeLessThan(alike(texts[0] ?? '', texts[1] ?? ''));
});
