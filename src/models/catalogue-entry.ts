import type { ModelCandidate, ModelFit, SearchPrice } from '../core/route-model.ts';

/** USD per million tokens, which is the same number as micro-USD per token. */
export interface TokenPrices {
  inputPerMTok: number;
  cachedInputPerMTok: number;
  cacheWritePerMTok: number;
  outputPerMTok: number;
}

export interface ModelPrices extends TokenPrices {
  /** The day from which they hold, or on which they were entered. */
  asOf: string;
  /** Somebody compared them with the provider's own page. */
  checked: boolean;
  /** Some models charge the whole request otherwise when its prompt is longer than this. */
  longPrompt: (TokenPrices & { aboveInputTokens: number }) | null;
  /** Of a call that searches the web: what each search costs besides its tokens. */
  search?: SearchPrice;
}

export interface CatalogueEntry extends ModelCandidate {
  provider: string;
  id: string;
  aliases: readonly string[];
  contextTokens: number;
  maxOutputTokens: number;
  /** Null: not known, shown as "–", never as 0. The built-in model's price is known, and 0. */
  prices: ModelPrices | null;
  fit: readonly ModelFit[];
  takesTemperature: boolean;
  /** A workspace's own prices, each from its day on. */
  laterPrices?: readonly ModelPrices[];
  /** A workspace said something about it. */
  own?: boolean;
  /** Set by people, for all workers together; absent: what the provider says counts alone. */
  requestsPerMinute?: number;
  tokensPerMinute?: number;
}
