import { pricesAt } from './catalogue.ts';
import type { CatalogueEntry, ModelPrices } from './catalogue-entry.ts';
import { worstPriceOf } from './price.ts';

/** The most that a request can cost: the whole prompt uncached, the whole answer used. Null when the price is not known. */
export function createReserve({ entry }: { entry(provider: string, model: string): CatalogueEntry | null }) {
  return (
    request: { provider: string; model: string; maxOutputTokens?: number; searches?: number },
    inputTokens: number,
  ): { microUsd: number | null; tokens: number; price: CatalogueEntry['prices'] } => {
    const known = entry(request.provider, request.model);
    const { maxOutputTokens = 1, searches = 0 } = request;
    const price = known && (searches > 0 ? searchPriceOf(known) : pricesAt(known, new Date()));
    return {
      microUsd: worstPriceOf(inputTokens, { maxOutputTokens, searches }, price),
      tokens: inputTokens + maxOutputTokens,
      price,
    };
  };
}

/** Of its tokens, and of the searches; nobody knows what it comes to when one of them is not known. */
function searchPriceOf(entry: CatalogueEntry): ModelPrices | null {
  const price = pricesAt(entry, new Date());
  return price && entry.webSearch ? { ...price, search: entry.webSearch.price } : null;
}
