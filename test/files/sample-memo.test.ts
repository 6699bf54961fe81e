/**
 * The whole way of the sample goal on a model that can only score: documents, sentences, scores, memo, review. With scores that the built-in
 * model gave; that it gives the like today is seen where the goal itself is carried out (test/integration/sample-goal.test.ts).
 */
import { beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { assembleMemo } from '../../src/core/documents/assemble-memo.ts';
import { candidateSentences } from '../../src/core/documents/candidate-sentences.ts';
import { checkMemo } from '../../src/core/documents/check-memo.ts';
import { chooseQuotes } from '../../src/core/documents/choose-quotes.ts';
import { countOf } from '../../src/core/documents/goal-words.ts';
import { type KindName, kinds } from '../../src/core/documents/kinds.ts';
import type { SourceFile } from '../../src/core/documents/passage.ts';
import { scorePrompts, toScores } from '../../src/core/documents/score-prompts.ts';
import { extractInChild } from '../../src/files/extract-in-child.ts';
import { sniffFile } from '../../src/files/sniff.ts';

const names = ['operations-report-q3-2026.pdf', 'oakhurst-agreement.docx', 'incident-log-2026.csv'];
const sampleGoal = 'Write a one-page memo for the board: the three biggest risks, each with its source.';
/** Per document, as the product asks. */
const most = 24;

let files: SourceFile[];
beforeAll(async () => {
  files = await Promise.all(
    names.map(async (name) => {
      const path = fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));
      const { kind } = await sniffFile(path, name);
      return { fileId: name, name, passages: (await extractInChild({ path, kind })).passages };
    }),
  );
});
type Ask = (prompts: string[], labels: string[], texts: string[]) => Promise<number[][]>;

async function memoOf(about: KindName, goal: string, ask: Ask) {
  const kind = kinds[about];
  const sentences = [];
  for (const file of files) {
    const candidates = candidateSentences([file], kind, { max: most });
    const { prompts, labels } = scorePrompts(candidates, kind);
    const scores = await ask(prompts, labels, [...candidates.map(({ text }) => text), '']);
    sentences.push(...toScores(candidates, kind, scores));
  }
  const chosen = chooseQuotes(sentences, { kind: about, count: countOf(goal, about) });
  return { chosen, markdown: assembleMemo({ goal, chosen, fileNames: names }) };
}

// What SmolLM2-135M-Instruct (Q4_1) answered for each sentence and for the one that says nothing (''), per label.
const recorded = JSON.parse(
  readFileSync(new URL('./recorded/sample-scores.json', import.meta.url), 'utf8'),
) as Record<string, Record<string, number[]>>;
const fromRecord =
  (about: string): Ask =>
  async (_prompts, _labels, texts) =>
    texts.map((text) => {
      const scores = recorded[about]?.[text];
      if (!scores) throw new Error(`No recorded score for: ${text}`);
      return scores;
    });

test('the sample goal gives the three risks that a reader of all three documents would name', async () => {
  const { chosen, markdown } = await memoOf('risks', sampleGoal, fromRecord('risks'));
  expect(markdown).toMatch(/^# Memo for the board: the three biggest risks\n/);
  const told = chosen.items.map((item) => item.quotes.map((quote) => quote.text).join(' '));
  expect(told).toHaveLength(3);
  for (const matter of [/Oakhurst|On-Time/, /[Cc]ompressor/, /licence|ransomware/i])
    expect(told.some((text) => matter.test(text))).toBe(true);
  expect(markdown).toContain('operations-report-q3-2026.pdf, page 2');
  expect(markdown).toContain('oakhurst-agreement.docx, clause 9.1');
  expect(markdown.split(/\s+/).length).toBeLessThan(500);
});

test.each([
  ['risks', sampleGoal],
  ['highlights', 'Collect the good news for the staff newsletter.'],
  ['summary', 'Summarise these documents.'],
] as const)('a memo of %s stands up to the review', async (about, goal) => {
  const { chosen, markdown } = await memoOf(about, goal, fromRecord(about));
  expect(chosen.items.length).toBeGreaterThanOrEqual(3);
  expect(checkMemo({ markdown, files, goal })).toEqual([]);
});
