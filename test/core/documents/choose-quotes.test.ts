import { expect, test } from '@jest/globals';
import { chooseQuotes, type ScoredSentence } from '../../../src/core/documents/choose-quotes.ts';

let passage = 0;
function sentence(
  fileId: string,
  text: string,
  score: number,
  more: Partial<ScoredSentence> = {},
): ScoredSentence {
  passage += 1;
  const own = more.passage ?? passage;
  return {
    id: `${fileId}/${own}.${more.id ?? 1}`,
    fileId,
    fileName: `${fileId}.pdf`,
    anchor: { kind: 'page', value: own, label: `page ${own}` },
    text,
    facts: [],
    evidence: score > 0 ? 1 : 0,
    score,
    ...more,
    passage: own,
  };
}

const dull = [
  sentence('report', 'The canteen in Norrvik was opened in May.', -2),
  sentence('report', 'Winter tyres were ordered for every van.', -2.2),
  sentence('log', 'A school class visited the store.', -2.1),
  sentence('log', 'New signs were put up in the corridor.', -1.9),
];
const leads = (items: { quotes: { text: string }[] }[]) => items.map((item) => item.quotes[0]?.text);

test('a fact that two documents tell is one item with both sources', () => {
  const both = [
    sentence('report', 'Two compressors in the Port Halvard cold store are past their service life.', 3),
    sentence('log', 'Compressor 1 in the Port Halvard cold store failed again for five hours.', 2.8),
    sentence('report', 'The transport authority may suspend the operating licence.', 2.5),
  ];
  const { items } = chooseQuotes([...both, ...dull], { kind: 'risks', count: 3 });
  expect(items[0]?.quotes.map((quote) => quote.fileId)).toEqual(['report', 'log']);
  expect(leads(items)).toEqual([both[0]?.text, both[2]?.text]);
});

test('what would follow a condition, or leans on the sentence before, does not lead', () => {
  const sentences = [
    sentence(
      'contract',
      'If on-time delivery falls below the agreed rate, the customer may end the agreement.',
      3,
    ),
    sentence(
      'report',
      'On-time delivery for the customer fell below the agreed rate, so that it may end the agreement.',
      2.5,
    ),
    sentence('report', 'It cannot be repaired this year, the engineers say.', 4),
  ];
  const { items } = chooseQuotes([...sentences, ...dull], { kind: 'risks', count: 2 });
  expect(leads(items)).toEqual([sentences[1]?.text]);
  expect(items[0]?.quotes.map((quote) => quote.text)).toContain(sentences[0]?.text);
});

test('no more items than asked for, and none that are no better than the rest', () => {
  const good = [
    'Fraud was found in the books.',
    'The bank cancelled the big loan.',
    'A fire destroyed hall C.',
    'Two lawsuits are open against us.',
  ];
  const sentences = [...good.map((text, index) => sentence('report', text, 3 - index * 0.1)), ...dull];
  expect(chooseQuotes(sentences, { kind: 'risks', count: 3 }).items).toHaveLength(3);
  expect(chooseQuotes(sentences, { kind: 'risks', count: 9 }).items).toHaveLength(4);
});

test('a second document is quoted even if all the heaviest matters stand in the first', () => {
  const sentences = [
    sentence('report', 'Fraud was found in the books of the branch.', 4),
    sentence('report', 'The bank cancelled the big loan yesterday.', 3.9),
    sentence('report', 'A fire destroyed hall C completely.', 3.8),
    sentence('log', 'A lorry broke down on the bridge.', 1),
    ...dull,
  ];
  const { items } = chooseQuotes(sentences, { kind: 'risks', count: 3 });
  expect(new Set(items.flatMap((item) => item.quotes.map((quote) => quote.fileId)))).toEqual(
    new Set(['report', 'log']),
  );
});

test('the order of the sentences does not matter', () => {
  const sentences = [
    sentence('a', 'Fraud was found in the books.', 3),
    sentence('b', 'The bank cancelled the loan.', 3),
    ...dull,
  ];
  const options = { kind: 'risks' as const, count: 2 };
  expect(chooseQuotes([...sentences].reverse(), options)).toEqual(chooseQuotes(sentences, options));
});

test('without sentences there are no items', () => {
  expect(chooseQuotes([], { kind: 'risks', count: 3 }).items).toEqual([]);
});
