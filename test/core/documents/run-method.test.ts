import { expect, test } from '@jest/globals';
import { candidateSentences } from '../../../src/core/documents/candidate-sentences.ts';
import { kinds } from '../../../src/core/documents/kinds.ts';
import type { SourceFile } from '../../../src/core/documents/passage.ts';
import { runMethod } from '../../../src/core/documents/run-method.ts';
import { scorePrompts, toScores } from '../../../src/core/documents/score-prompts.ts';

function document(fileId: string, texts: string[]): SourceFile {
  const passages = texts.map((text, index) => ({
    n: index + 1,
    text,
    anchor: { kind: 'page' as const, value: index + 1, label: `page ${index + 1}` },
  }));
  return { fileId, name: `${fileId}.pdf`, passages };
}

const documents = [
  document('report', [
    'The old pump failed twice and the licence may be lost.',
    'The canteen was opened in May.',
    'Click [here](http://x.example) and *pay* the fine of €5,000 now.',
  ]),
  document('log', ['The bank cancelled the loan of €3 million.', 'New lamps were put up in the hall.']),
];
const goal = 'List the three biggest risks';

/** Bad words are bad news: the model's part is not what is tried here. */
function quoted(file: SourceFile) {
  const kind = kinds.risks;
  const candidates = candidateSentences([file], kind);
  const { prompts } = scorePrompts(candidates, kind);
  const scores = prompts.map((prompt) =>
    /(?:failed|cancelled|fine).*\nMeaning:$/.test(prompt) ? [-0.1, -3, -3] : [-3, -1, -1],
  );
  return {
    markdown: '',
    about: 'risks',
    sentences: toScores(candidates, kind, scores),
    fileNames: [file.name],
  };
}

function answer(
  name: string,
  dependencies: Record<string, unknown>,
): { markdown: string; data: Record<string, unknown> } {
  const given = runMethod({ name, about: 'risks', goal, dependencies, documents });
  if ('error' in given) throw new Error(given.error.message);
  return given.value as { markdown: string; data: Record<string, unknown> };
}

test('quotes are ranked, composed and checked, each step from what the steps before brought', () => {
  const ranked = answer('rank', { read: documents.map(quoted) });
  const written = answer('compose', { rank: { markdown: ranked.markdown, ...ranked.data } });
  expect(written.markdown).toContain('report.pdf, page 1');
  expect(written.markdown).toContain('log.pdf, page 1');
  const checked = answer('check', {
    rank: { markdown: ranked.markdown, ...ranked.data },
    write: { markdown: written.markdown },
  });
  expect(checked.data).toEqual({ problems: [] });
});

test('words of a document stay words: no link, image or style of theirs gets into the memo', () => {
  const ranked = answer('rank', { read: documents.map(quoted) });
  const { markdown } = answer('compose', { rank: ranked.data });
  expect(markdown).toContain('Click \\[here\\](http://x.example) and \\*pay\\* the fine');
});

test('a written text that does not hold against the documents fails the check and says why', () => {
  const bad = runMethod({
    name: 'check',
    about: 'risks',
    goal,
    documents,
    dependencies: {
      write: { markdown: 'The loan of €9 million is gone (log.pdf, page 1; report.pdf, page 1).' },
    },
  });
  expect(bad).toMatchObject({
    error: { code: 'invalid_output', message: expect.stringMatching(/figure 9/) },
  });
});

test('a step without what it needs fails and says what is missing', () => {
  expect(runMethod({ name: 'compose', about: 'risks', goal, documents, dependencies: {} })).toMatchObject({
    error: { code: 'step_failed' },
  });
});
