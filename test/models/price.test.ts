import { describe, expect, test } from '@jest/globals';
import { catalogueData } from '../../src/models/catalogue.data.ts';
import { findEntry, modelIdOfFile } from '../../src/models/catalogue.ts';
import type { ModelPrices } from '../../src/models/catalogue-entry.ts';
import { priceOf, worstPriceOf } from '../../src/models/price.ts';
import { noUsage } from '../../src/models/usage.ts';

const prices: ModelPrices = {
  inputPerMTok: 2,
  cachedInputPerMTok: 0.1,
  cacheWritePerMTok: 2.5,
  outputPerMTok: 10,
  asOf: '2026-11-01',
  checked: true,
  longPrompt: {
    aboveInputTokens: 1_000,
    inputPerMTok: 4,
    cachedInputPerMTok: 0.2,
    cacheWritePerMTok: 5,
    outputPerMTok: 15,
  },
};
const usage = (fields: Partial<typeof noUsage>) => ({ ...noUsage, ...fields });

describe('the price of a call, in micro-USD', () => {
  test.each([
    ['nothing', usage({}), 0],
    ['input and output', usage({ inputTokens: 100, outputTokens: 10 }), 200 + 100],
    ['cached input is the cheaper part of input', usage({ inputTokens: 100, cachedInputTokens: 90 }), 20 + 9],
    [
      'cache writes are part of input too',
      usage({ inputTokens: 100, cachedInputTokens: 50, cacheWriteTokens: 40 }),
      20 + 5 + 100,
    ],
    ['reasoning is part of output', usage({ outputTokens: 10, reasoningTokens: 9 }), 100],
    ['a part of a micro-USD counts as one', usage({ inputTokens: 1, cachedInputTokens: 1 }), 1],
    ['parts are summed before that', usage({ inputTokens: 10, cachedInputTokens: 10 }), 1],
    ['three tenths are three tenths', usage({ inputTokens: 30, cachedInputTokens: 30 }), 3],
    ['a long prompt is dearer as a whole', usage({ inputTokens: 1_001, outputTokens: 10 }), 4_004 + 150],
    ['a prompt of just the limit is not long', usage({ inputTokens: 1_000 }), 2_000],
    ['more cache than input is never negative', usage({ inputTokens: 1, cachedInputTokens: 10 }), 1],
  ])('%s', (_name, used, expected) => {
    expect(priceOf(used, prices)).toBe(expected);
  });

  test('is null when the price is not known, and 0 when it is known to be 0', () => {
    expect(priceOf(usage({ inputTokens: 5 }), null)).toBeNull();
    expect(
      priceOf(usage({ inputTokens: 5, outputTokens: 5 }), findEntry('smollm2-135m-instruct')!.prices),
    ).toBe(0);
  });

  test('stays exact at sizes that no call reaches', () => {
    const most = usage({ inputTokens: 1_000_000, outputTokens: 1_000_000 });
    expect(priceOf(most, { ...prices, longPrompt: null, inputPerMTok: 100, outputPerMTok: 600 })).toBe(
      700_000_000,
    );
  });

  test('at worst covers any way of caching', () => {
    const worst = worstPriceOf(900, { maxOutputTokens: 50 }, prices)!;
    for (const cacheWriteTokens of [0, 450, 900]) {
      for (const outputTokens of [0, 50]) {
        expect(
          priceOf(usage({ inputTokens: 900, cacheWriteTokens, outputTokens }), prices)!,
        ).toBeLessThanOrEqual(worst);
      }
    }
    expect(worstPriceOf(1, { maxOutputTokens: 1 }, null)).toBeNull();
  });
});

describe('the catalogue', () => {
  test('names every model once, whatever it is called', () => {
    const names = catalogueData.flatMap(({ provider, id, aliases }) =>
      [id, ...aliases].map((name) => `${provider}/${name}`),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(catalogueData.map((entry) => [entry.id, entry] as const))(
    '%s is complete and sane',
    (_id, entry) => {
      expect(entry.maxOutputTokens).toBeLessThanOrEqual(entry.contextTokens);
      expect(entry.fit.length).toBeGreaterThan(0);
      expect(entry.prices?.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
      if (entry.provider === 'llama') return;
      const { inputPerMTok, cachedInputPerMTok, cacheWritePerMTok, outputPerMTok } = entry.prices!;
      expect(cachedInputPerMTok).toBeLessThan(inputPerMTok);
      expect(cacheWritePerMTok).toBeGreaterThanOrEqual(inputPerMTok);
      expect(outputPerMTok).toBeGreaterThan(inputPerMTok);
    },
  );

  test.each([
    ['/cache/SmolLM2-135M-Instruct.Q4_1.gguf', 'smollm2-135m-instruct'],
    ['C:\\models\\Llama-3.2-3B-Instruct-Q4_K_M.gguf', 'llama-3.2-3b-instruct'],
    ['tiny.F16.gguf', 'tiny'],
    ['plain.gguf', 'plain'],
  ])('the file %s is the model %s', (file, id) => {
    expect(modelIdOfFile(file)).toBe(id);
  });
});
