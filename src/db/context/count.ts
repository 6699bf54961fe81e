/**
 * Tokens of what prompts are made of, as their model counts them. What a tokenizer counted is kept by the hash of the text: an entry is counted
 * once in a process, not at every turn that shows it. Estimates stand with the entry.
 */
import { tokensOfContent } from '../../core/context/messages.ts';
import { summaryMessage } from '../../core/context/summary.ts';
import type { TokenCounter } from '../../core/context/token-counter.ts';
import type { Conversation } from './conversation.ts';
import { hashOf } from './texts.ts';

/** Some 15 MB, and more than ten conversations of a thousand turns. */
const mostKept = 50_000;
const kept = new Map<string, number>();

export function tokensOfText(counter: TokenCounter, text: string): number {
  return counter.exact ? once(counter, hashOf(text), () => counter.count(text)) : counter.count(text);
}

export function countedBy(counter: TokenCounter, { entries, summary }: Conversation): Conversation {
  if (!counter.exact) return { entries, summary };
  return {
    entries: entries.map((entry) => ({
      ...entry,
      tokens: once(counter, entry.hash, () => tokensOfContent(entry.content, counter.count)),
    })),
    summary: summary && { ...summary, tokens: tokensOfText(counter, saidOf(summary)) },
  };
}

function saidOf({ text, fromSeq, toSeq }: NonNullable<Conversation['summary']>): string {
  return summaryMessage(text, { from: fromSeq, to: toSeq });
}

function once({ name }: TokenCounter, hash: string, count: () => number): number {
  const key = `${name}/${hash}`;
  const known = kept.get(key);
  const tokens = known ?? count();
  // What was used last goes last.
  if (known !== undefined) kept.delete(key);
  kept.set(key, tokens);
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  return tokens;
}
