import { describe, expect, test } from '@jest/globals';
import {
  learn,
  likelyTokens,
  mostTokens,
  type TokenFigures,
  untaught,
} from '../../../src/core/context/calibration.ts';
import { headOf, shownHead, tailOf } from '../../../src/core/context/clip.ts';
import { estimateTokens } from '../../../src/core/context/estimate-tokens.ts';
import { effectIdOf, handleOf, shownCharacters, shownResult } from '../../../src/core/context/results.ts';
import { extractSummary } from '../../../src/core/context/summary.ts';

describe('estimates', () => {
  // What o200k, the tokenizer of current OpenAI models, counts.
  test.each([
    [
      'prose',
      'The supplier shall deliver the goods within thirty days; otherwise a penalty is due. '.repeat(20),
      340,
    ],
    ['Chinese', '合同第三条规定供应商应在三十天内交付货物，否则应支付违约金。'.repeat(20), 460],
    [
      'German',
      'Der Lieferant verpflichtet sich, die Ware innerhalb von dreißig Tagen zu liefern. '.repeat(20),
      350,
    ],
  ])('are near a tokenizer’s count for %s', (_name, text, counted) => {
    expect(estimateTokens(text) / counted).toBeGreaterThan(0.7);
    expect(estimateTokens(text) / counted).toBeLessThan(1.5);
  });

  test('learn what a model reports, whatever it is', () => {
    let figures: TokenFigures = untaught;
    for (let n = 0; n < 20; n += 1)
      figures = learn(figures, { estimated: 1_000, reported: 1_730 }) ?? figures;
    expect(likelyTokens(1_000, figures)).toBeGreaterThan(1_700);
    expect(learn(figures, { estimated: 1_000, reported: 1_730 })).toBeNull();
    expect(mostTokens(1_000, figures)).toBeGreaterThan(1_730);
  });

  test('are set aside with a wider margin than what a tokenizer counted', () => {
    for (const figures of [untaught, { factor: 1, samples: 5 }])
      expect(mostTokens(10_000, figures, { exact: true })).toBeLessThan(mostTokens(10_000, figures));
    expect(mostTokens(10_000, untaught, { exact: true })).toBeGreaterThan(10_000);
  });

  test('learn nothing from short prompts, and never something absurd', () => {
    expect(learn(untaught, { estimated: 20, reported: 900 })).toBeNull();
    expect(learn(untaught, { estimated: 1_000, reported: 1_000_000 })?.factor).toBeLessThanOrEqual(4);
  });
});

describe('cut texts', () => {
  test('never hold half a character', () => {
    const text = '😀'.repeat(50);
    for (let n = 0; n < 12; n += 1) {
      expect(headOf(text, n).isWellFormed()).toBe(true);
      expect(tailOf(text, n).isWellFormed()).toBe(true);
    }
  });

  test('say how much is left and how to read on from exactly there', () => {
    const shown = shownHead('x'.repeat(13_000), 655, 'res_1');
    expect(shown).toBe(
      `${'x'.repeat(655)}\n…[12,345 more characters: call read_result with handle res_1 from 655]`,
    );
    expect(shownHead('short', 655, 'res_1')).toBe('short');
  });

  test('a handle names its effect and nothing else', () => {
    const id = 'mdc_01k5zj7q3ve4r9t0m2n4p6q8s0';
    expect(effectIdOf(handleOf(id))).toBe(id);
    expect(effectIdOf("res_' OR 1=1")).toBeNull();
    expect(shownResult('y'.repeat(shownCharacters + 1), 'res_1').length).toBeLessThan(shownCharacters + 200);
  });
});

test('a summary without a model tells of the first and the last turns, and takes in the one before', () => {
  const entries = Array.from({ length: 200 }, (_each, n) => ({
    role: 'tool' as const,
    content: { name: 'search', text: `result ${n} ${'words '.repeat(100)}` },
  }));
  const text = extractSummary(entries, { earlier: 'Earlier: the goal was split.', characters: 3_000 });
  expect(text.length).toBeLessThanOrEqual(3_000);
  for (const part of ['Earlier: the goal', 'result 0', 'result 199', 'more entries'])
    expect(text).toContain(part);
});
