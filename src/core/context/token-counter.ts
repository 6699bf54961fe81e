import { estimateTokens } from './estimate-tokens.ts';

/** Who counts the tokens of a text for a model: its own tokenizer where one is published, else our estimate. */
export interface TokenCounter {
  /** What is learned of counts belongs to who counted. */
  name: string;
  /** Counts of a tokenizer are off by what the provider writes around texts alone. */
  exact: boolean;
  count(text: string): number;
}

export const estimator: TokenCounter = { name: 'estimate', exact: false, count: estimateTokens };
