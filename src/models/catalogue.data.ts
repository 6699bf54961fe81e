// Models that the product knows, best default first within a provider. Prices: USD per million tokens, standard tier,
// entered on `asOf`; cache writes at the shortest lifetime, the only one we ask for. Those marked `checked` agree with what the provider has
// published; the others could not be compared with the provider's page when they were entered, and `GET /models` says so.
// A price changes: change the row and its date, or set it for a workspace. Ledger rows keep the price they were booked with.
import type { CatalogueEntry, ModelPrices, TokenPrices } from './catalogue-entry.ts';

const asOf = '2026-11-01';
const allRound = ['plan', 'tools', 'json', 'vision', 'write'] as const;

function usd(input: number, cachedInput: number, cacheWrite: number, output: number): TokenPrices {
  return {
    inputPerMTok: input,
    cachedInputPerMTok: cachedInput,
    cacheWritePerMTok: cacheWrite,
    outputPerMTok: output,
  };
}

function flat(prices: TokenPrices): ModelPrices {
  return { ...prices, asOf, checked: false, longPrompt: null };
}

function checkedPrice(prices: TokenPrices): ModelPrices {
  return { ...flat(prices), checked: true };
}

/** OpenAI's rule for the current families: over 272,000 tokens of prompt the whole request costs double, its output half as much again. */
function openaiTier(input: number, cachedInput: number, cacheWrite: number, output: number): ModelPrices {
  const long = usd(input * 2, cachedInput * 2, cacheWrite * 2, output * 1.5);
  return {
    ...usd(input, cachedInput, cacheWrite, output),
    asOf,
    checked: false,
    longPrompt: { aboveInputTokens: 272_000, ...long },
  };
}

// What a provider's own web search costs besides its tokens, as far as is known. The tool `web_search` uses the models that it stands with: small
// ones, since all they do is to search once and say what they found.
const searched = { usdPerThousand: 10, asOf, checked: false } as const;
const claudeSearch = { price: searched, promptTokens: 40_000 } as const;
const gptSearch = { price: searched, promptTokens: 20_000 } as const;

const claude = {
  provider: 'anthropic',
  fit: allRound,
  takesTemperature: false,
  contextTokens: 1_000_000,
  maxOutputTokens: 128_000,
} as const;
// OpenAI says of these families that they count with o200k_base; of later ones it has said nothing yet, and Anthropic of none.
const countedGpt = { tokenizer: 'o200k_base' } as const;
const gpt = {
  provider: 'openai',
  fit: allRound,
  takesTemperature: false,
  contextTokens: 1_050_000,
  maxOutputTokens: 128_000,
} as const;

export const catalogueData: readonly CatalogueEntry[] = [
  { ...claude, id: 'claude-sonnet-5-5', aliases: ['sonnet'], prices: flat(usd(2, 0.1, 2.5, 10)) },
  { ...claude, id: 'claude-opus-5-5', aliases: ['opus'], prices: flat(usd(4, 0.2, 5, 20)) },
  { ...claude, id: 'claude-fable-5-2', aliases: ['fable'], prices: flat(usd(8, 0.2, 10, 40)) },
  {
    ...claude,
    id: 'claude-haiku-5-5',
    webSearch: claudeSearch,
    aliases: ['haiku'],
    prices: {
      ...usd(0.1, 0.01, 0.125, 0.5),
      asOf,
      checked: false,
      longPrompt: { aboveInputTokens: 100_000, ...usd(0.5, 0.05, 0.625, 2.5) },
    },
  },
  { ...claude, id: 'claude-sonnet-5', aliases: [], prices: flat(usd(2, 0.2, 2.5, 10)) },
  { ...claude, id: 'claude-opus-5', aliases: [], prices: flat(usd(5, 0.5, 6.25, 25)) },
  {
    ...claude,
    id: 'claude-haiku-4-5',
    webSearch: claudeSearch,
    aliases: ['claude-haiku-4-5-20251001'],
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    prices: checkedPrice(usd(1, 0.1, 1.25, 5)),
  },
  { ...gpt, id: 'gpt-6.1-sol', aliases: ['sol'], prices: openaiTier(2, 0.1, 2.5, 10) },
  { ...gpt, id: 'gpt-6.1-terra', aliases: ['terra'], prices: openaiTier(1, 0.05, 1.25, 5) },
  { ...gpt, id: 'gpt-6-astra', aliases: ['astra'], prices: openaiTier(10, 1, 12.5, 50) },
  {
    ...gpt,
    id: 'gpt-6-luna',
    aliases: ['luna'],
    webSearch: gptSearch,
    prices: openaiTier(0.1, 0.01, 0.125, 0.5),
  },
  { ...gpt, ...countedGpt, id: 'gpt-5.6-sol', aliases: [], prices: openaiTier(4, 0.4, 5, 20) },
  { ...gpt, ...countedGpt, id: 'gpt-5.6-terra', aliases: [], prices: openaiTier(2, 0.2, 2.5, 12) },
  {
    ...gpt,
    ...countedGpt,
    id: 'gpt-5.4-mini',
    webSearch: gptSearch,
    aliases: ['gpt-5.4-mini-2026-03-17'],
    contextTokens: 400_000,
    prices: flat(usd(0.75, 0.075, 0.75, 4.5)),
  },
  {
    ...gpt,
    ...countedGpt,
    id: 'gpt-4.1-mini',
    aliases: ['gpt-4.1-mini-2025-04-14'],
    takesTemperature: true,
    contextTokens: 1_047_576,
    maxOutputTokens: 32_768,
    prices: checkedPrice(usd(0.4, 0.1, 0.4, 1.6)),
  },
  {
    // The built-in model. It can neither plan nor be trusted with a figure: it ranks sentences and kinds of work.
    provider: 'llama',
    id: 'smollm2-135m-instruct',
    aliases: ['smollm2'],
    fit: ['score'],
    takesTemperature: true,
    contextTokens: 2_048,
    maxOutputTokens: 512,
    prices: checkedPrice(usd(0, 0, 0, 0)),
  },
];
