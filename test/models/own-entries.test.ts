import { describe, expect, test } from '@jest/globals';
import { SetModel } from '../../src/contracts/model.ts';
import { pricesAt } from '../../src/models/catalogue.ts';
import { createModelRegistry } from '../../src/models/registry.ts';
import { createReserve } from '../../src/models/reserve.ts';

const openai = { openai: { apiKey: 'k' } };
const own = (model: string, entry: object) => [{ provider: 'openai', model, entry: SetModel.parse(entry) }];

describe('what a workspace says about a model', () => {
  test('goes before the catalogue, what is left out stays', () => {
    const plain = createModelRegistry(openai).entry('openai', 'gpt-6.1-sol');
    const said = createModelRegistry(openai, own('gpt-6.1-sol', { contextTokens: 5000, aliases: ['house'] }));
    expect(said.entry('openai', 'house')).toEqual({
      ...plain,
      contextTokens: 5000,
      aliases: ['house'],
      own: true,
    });
  });

  test('prices hold from their day on, before the first the catalogue’s', () => {
    const prices = [
      { from: '2027-01-01', inputPerMTok: 9, outputPerMTok: 90 },
      { from: '2026-12-01', inputPerMTok: 8, outputPerMTok: 80 },
    ];
    const entry = createModelRegistry(openai, own('gpt-6.1-sol', { prices })).entry('openai', 'gpt-6.1-sol');
    const at = (day: string) => entry && pricesAt(entry, new Date(`${day}T12:00:00Z`))?.inputPerMTok;
    expect(['2026-11-30', '2026-12-01', '2026-12-31', '2027-01-01'].map(at)).toEqual([2, 8, 8, 9]);
  });

  test('a model that the catalogue does not know can be added, and is paid for at the price that was given', () => {
    const prices = [{ from: '2020-01-01', inputPerMTok: 3, outputPerMTok: 6 }];
    const registry = createModelRegistry(
      openai,
      own('house-model', { prices, fit: ['plan', 'json', 'write'] }),
    );
    expect(registry.route({ class: 'plan', allowed: ['house-model'] }).choice).toMatchObject({
      prices: null,
    });
    const reserve = createReserve(registry)(
      { provider: 'openai', model: 'house-model', maxOutputTokens: 1000 },
      1000,
    );
    expect(reserve).toMatchObject({ microUsd: 9000, tokens: 2000, price: { asOf: '2020-01-01' } });
  });

  test('a search of the web costs what was said, is made with other models, or not at all', () => {
    const offered = (model: string, webSearch: object | null, config: object = openai) =>
      createModelRegistry(config, own(model, { webSearch })).entry('openai', model)?.webSearch ?? null;
    const price = { usdPerThousand: 4, asOf: '2026-11-20' };
    expect(offered('gpt-6-luna', price)).toMatchObject({ price: { ...price, checked: true } });
    expect(offered('house-model', price)).toMatchObject({ price, promptTokens: 40_000 });
    expect(offered('gpt-6-luna', null)).toBeNull();
    const gateway = { openai: { apiKey: 'k', baseUrl: 'https://gateway.example/v1' } };
    expect(offered('gpt-6-luna', price, gateway)).toBeNull();
    const registry = createModelRegistry(openai, own('gpt-6-luna', { webSearch: price }));
    const request = { provider: 'openai', model: 'gpt-6-luna', maxOutputTokens: 1000, searches: 1 };
    // 4,000 for the search, 1,000 tokens in at 0.125 and 1,000 out at 0.5 micro-dollars.
    expect(createReserve(registry)(request, 1000)).toMatchObject({
      microUsd: 4625,
      price: { search: price },
    });
  });

  test('says nothing about a provider that is not configured', () => {
    const entries = createModelRegistry({}, own('gpt-6.1-sol', { contextTokens: 5000 })).entries;
    expect(entries).toEqual([]);
  });
});
