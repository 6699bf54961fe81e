import { pricesAt } from './catalogue.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { worstPriceOf } from './price.ts';

/** The most that a request can cost: the whole prompt uncached, the whole answer used. Null when the price is not known. */
export function createReserve({ entry }: { entry(provider: string, model: string): CatalogueEntry | null }) {
  return (
    request: { provider: string; model: string; maxOutputTokens?: number },
    inputTokens: number,
  ): { microUsd: number | null; tokens: number; price: CatalogueEntry['prices'] } => {
    const known = entry(request.provider, request.model);
    const price = known && pricesAt(known, new Date());
    const outputTokens = request.maxOutputTokens ?? 1;
    return {
      microUsd: worstPriceOf(inputTokens, outputTokens, price),
      tokens: inputTokens + outputTokens,
      price,
    };
  };
}
