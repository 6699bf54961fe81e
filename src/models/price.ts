import type { ModelPrices, TokenPrices } from './catalogue-entry.ts';
import type { Usage } from './port.ts';

// A micro-USD is 1e-6 USD. Summed in millionths of it, as whole numbers, so that no price of a tenth of a cent drifts.
const stepsPerMicroUsd = 1_000_000;
// A dollar per thousand searches is so much for each.
const microUsdPerSearch = 1_000;

function steps(perMTok: number): number {
  return Math.round(perMTok * stepsPerMicroUsd);
}

/**
 * The cost of one call in whole micro-USD; null when the price is not known. Rounded up once, over the whole sum: a paid
 * call never costs 0, and a call costs at most one micro-USD more than the provider's bill says.
 */
export function priceOf(usage: Usage, prices: ModelPrices | null): number | null {
  if (!prices) return null;
  const long = prices.longPrompt;
  const rate: TokenPrices = long && usage.inputTokens > long.aboveInputTokens ? long : prices;
  const fresh = Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens);
  const sum =
    fresh * steps(rate.inputPerMTok) +
    usage.cachedInputTokens * steps(rate.cachedInputPerMTok) +
    usage.cacheWriteTokens * steps(rate.cacheWritePerMTok) +
    usage.outputTokens * steps(rate.outputPerMTok) +
    (usage.searches ?? 0) * steps((prices.search?.usdPerThousand ?? 0) * microUsdPerSearch);
  return Math.ceil(sum / stepsPerMicroUsd);
}

/**
 * The most that a call can cost: nothing cached, every input token written to the cache if that is dearer, the whole answer used, every
 * search made that it may make.
 */
export function worstPriceOf(
  inputTokens: number,
  { maxOutputTokens, searches = 0 }: { maxOutputTokens: number; searches?: number },
  prices: ModelPrices | null,
): number | null {
  const usage = {
    inputTokens,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: maxOutputTokens,
    reasoningTokens: 0,
    searches,
  };
  const fresh = priceOf(usage, prices);
  const written = priceOf({ ...usage, cacheWriteTokens: inputTokens }, prices);
  return fresh === null || written === null ? null : Math.max(fresh, written);
}
