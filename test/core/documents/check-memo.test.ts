import { expect, test } from '@jest/globals';
import { checkMemo } from '../../../src/core/documents/check-memo.ts';
import type { SourceFile } from '../../../src/core/documents/passage.ts';

const report: SourceFile = {
  fileId: 'fil_1',
  name: 'Report Q3.pdf',
  passages: [
    {
      n: 1,
      text: 'Goods worth €327,000 had to be destroyed. Nobody was hurt.',
      anchor: { kind: 'page', value: 2, label: 'page 2' },
    },
    {
      n: 2,
      text: 'Revenue was €14.2 million, in line with the budget.',
      anchor: { kind: 'page', value: 3, label: 'pages 3–4' },
    },
  ],
};
const contract: SourceFile = {
  fileId: 'fil_2',
  name: 'contract.docx',
  passages: [
    {
      n: 1,
      text: 'The Customer’s notice period is sixty (60) days in every case.',
      anchor: { kind: 'heading', value: '9.1', label: 'clause 9.1' },
    },
  ],
};
const files = [report, contract];

const sound = `# Memo: the 3 biggest risks

1. Goods worth €327000 were destroyed (Report Q3.pdf, page 2).
2. “The Customer's notice period is sixty (60) days in every case.” — *contract.docx, clause 9.1*

## Sources

- Report Q3.pdf: page 2
- contract.docx: clause 9.1
`;

const codes = (markdown: string, goal = 'the 3 biggest risks') =>
  checkMemo({ markdown, files, goal }).map(({ code, pointer }) => `${pointer} ${code}`);

test('a sound memo has no problems: places, list numerals and the goal’s own figures are no claims', () => {
  expect(codes(sound)).toEqual([]);
});

test('a figure that stands in no cited place is found, also when another document has it', () => {
  expect(codes(sound.replace('327000', '328,000'))).toEqual(['/0 figure_without_source']);
  expect(codes(sound.replace('destroyed', 'destroyed, of €14.2 million'))).toEqual([
    '/0 figure_without_source',
  ]);
});

test('a section without a place may use figures of any document, but no others', () => {
  const more = '\n## Outlook\n\nRevenue was €14.2 million.\n';
  expect(codes(sound + more)).toEqual([]);
  expect(codes(sound + more.replace('14.2', '15.2'))).toEqual(['/2 figure_without_source']);
});

test('a quote must be word for word, and at the place that is given', () => {
  expect(codes(sound.replace('in every case', 'in most cases'))).toEqual(['/0 quote_not_found']);
  expect(
    codes(
      '## One\n\n“Revenue was €14.2 million, in line with the budget.” (Report Q3.pdf, page 2)\n\n## Two\n\nSee contract.docx.',
    ),
  ).toEqual(['/0 quote_not_at_its_place', '/0 figure_without_source']);
});

test('a place within a span of pages is found, and shortened quotes are checked part by part', () => {
  expect(
    codes(
      '“Revenue was €14.2 million […] in line with the budget.” (Report Q3.pdf, page 4) and contract.docx',
    ),
  ).toEqual([]);
  expect(
    codes('“Revenue was never high … in line with the budget.” (Report Q3.pdf, page 4) and contract.docx'),
  ).toEqual(['/0 quote_not_found']);
});

test('a sentence that is there twice is found, a heading that echoes one is not', () => {
  expect(
    codes(`${sound}\n## Again\n\nGoods worth €327000 were destroyed (Report Q3.pdf, page 2).\n`),
  ).toEqual(['/2 repeated_sentence']);
});

test('with several documents at least two must be named', () => {
  expect(codes('Goods were destroyed (Report Q3.pdf, page 2).')).toEqual([' too_few_documents']);
  expect(checkMemo({ markdown: 'Goods were destroyed (Report Q3.pdf, page 2).', files: [report] })).toEqual(
    [],
  );
});

test('an empty text is a problem', () => {
  expect(codes(' \n')).toEqual([' empty']);
});
