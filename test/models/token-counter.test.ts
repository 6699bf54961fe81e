import { describe, expect, test } from '@jest/globals';
import { estimator } from '../../src/core/context/token-counter.ts';
import { catalogueData } from '../../src/models/catalogue.data.ts';
import { counterOf } from '../../src/models/token-counter.ts';

const counting = (tokenizer: 'o200k_base' | 'cl100k_base') => counterOf({ tokenizer });

describe('a published tokenizer', () => {
  // As OpenAI's own library counts them.
  test.each([
    ['o200k_base', 'tiktoken is great!', 6],
    ['cl100k_base', 'tiktoken is great!', 6],
    ['cl100k_base', 'antidisestablishmentarianism', 6],
    ['cl100k_base', '2 + 2 = 4', 7],
    ['cl100k_base', 'お誕生日おめでとう', 9],
  ] as const)('%s counts "%s" as its maker does', async (name, text, tokens) => {
    expect((await counting(name)).count(text)).toBe(tokens);
  });

  test('counts a long text in parts as it would be counted whole', async () => {
    const { count } = await counting('o200k_base');
    const sentence = 'The supplier delivers 1,200 units within thirty days;\n  otherwise a penalty is due. ';
    const one = count(sentence.repeat(2)) - count(sentence);
    expect(count(sentence.repeat(500))).toBe(one * 499 + count(sentence));
  });

  test('takes names of special tokens, halves of characters and nothing at all for the text that they are', async () => {
    const { count } = await counting('o200k_base');
    expect(count('<|endoftext|>')).toBeGreaterThan(1);
    expect(count('a\ud800b')).toBeGreaterThan(0);
    expect(count('')).toBe(0);
  });

  test('is not slowed down by a word without an end, and adds at most a token for each of its parts', async () => {
    const { count } = await counting('o200k_base');
    const letters = 300_000;
    // Eight equal letters are a token.
    expect(count('a'.repeat(letters)) / (letters / 8)).toBeCloseTo(1, 2);
  });
});

test('where no tokenizer is published tokens are estimated', async () => {
  expect(await counterOf({ tokenizer: null })).toBe(estimator);
  expect(await counterOf({})).toBe(estimator);
  for (const { provider, id, tokenizer } of catalogueData)
    if (provider === 'anthropic' || provider === 'llama') expect([id, tokenizer]).toEqual([id, undefined]);
});
