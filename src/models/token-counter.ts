/**
 * Published tokenizers. One takes 70 MB and a quarter of a second to load, so it is loaded with the first prompt that is packed for a model
 * that has it: whoever uses other models never pays for it.
 */
import type { TokenizerName } from '../contracts/model.ts';
import { estimator, type TokenCounter } from '../core/context/token-counter.ts';

/** As much of the package as is used. */
interface Encoding {
  countTokens(text: string, options: { disallowedSpecial: Set<string> }): number;
  setMergeCacheSize(words: number): void;
}

const encodings: Record<TokenizerName, () => Promise<Encoding>> = {
  o200k_base: () => import('gpt-tokenizer/encoding/o200k_base'),
  cl100k_base: () => import('gpt-tokenizer/encoding/cl100k_base'),
};

const loaded = new Map<TokenizerName, Promise<TokenCounter>>();

export async function counterOf({ tokenizer }: { tokenizer?: TokenizerName | null }): Promise<TokenCounter> {
  if (!tokenizer) return estimator;
  const known = loaded.get(tokenizer) ?? load(tokenizer);
  loaded.set(tokenizer, known);
  return known;
}

/** Words whose tokens are remembered. */
const keptWords = 20_000;

async function load(name: TokenizerName): Promise<TokenCounter> {
  const { countTokens, setMergeCacheSize } = await encodings[name]();
  setMergeCacheSize(keptWords);
  // The names of special tokens are text like any other: a provider takes them for nothing else either.
  const asText = { disallowedSpecial: new Set<string>() };
  return { name, exact: true, count: (text) => countInParts(text, (part) => countTokens(part, asText)) };
}

/**
 * The time that a word takes grows with the square of its length, and anybody can put 20,000 equal letters into a file. So a text is counted in
 * parts that end before a space, which changes nothing; where there is none, in the middle, which adds at most a token.
 */
const longestPart = 400;

function countInParts(text: string, count: (part: string) => number): number {
  let tokens = 0;
  for (let from = 0; from < text.length; ) {
    const end = endOfPart(text, from);
    tokens += count(text.slice(from, end));
    from = end;
  }
  return tokens;
}

function endOfPart(text: string, from: number): number {
  const end = from + longestPart;
  if (end >= text.length) return text.length;
  const space = text.slice(from, end).lastIndexOf(' ');
  if (space > 0) return from + space;
  const halved = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return halved ? end - 1 : end;
}
