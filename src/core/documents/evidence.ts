/** Cheap evidence for a sentence: words of the kind, figures, money, what the other cells of its row say. */
import type { ScoredKind } from './kinds.ts';
import type { Cell } from './table-rows.ts';
import { figuresOf, largestAmount, stemsOf } from './words.ts';

export interface Evident {
  text: string;
  heading?: string;
  facts: Cell[];
}

export function evidenceOf(quote: Evident, kind: ScoredKind, topic?: string): number {
  const words = kind.name === 'about' ? topicWords(quote, topic ?? '') : kindWords(quote.text, kind);
  const figures = figuresOf(quote.text).length > 0 ? 0.2 : 0;
  const money = moneyWeight(amountOf(quote));
  const contrary =
    kind.opposite && quote.text.replace(kind.opposite.undone, ' ').search(kind.opposite.words) >= 0 ? 0.8 : 0;
  return words + (words > 0 ? figures + money : figures / 2) + cellWords(quote.facts, kind) - contrary;
}

function kindWords(text: string, kind: ScoredKind): number {
  const bare = text.replace(kind.counterEvidence, ' ');
  const distinct = new Set((bare.match(kind.evidence) ?? []).map((word) => word.toLowerCase().trim()));
  const undone = bare === text ? 0 : 0.5;
  // The third word of a kind says little that the first two did not.
  return Math.max(0, Math.min(2, distinct.size * 0.6) - undone);
}

function topicWords(quote: Evident, topic: string): number {
  const wanted = new Set(stemsOf(topic));
  if (wanted.size === 0) return 0;
  const [own, above] = [new Set(stemsOf(quote.text)), new Set(stemsOf(quote.heading ?? ''))];
  const hits = [...wanted].reduce((sum, stem) => sum + (own.has(stem) ? 1 : above.has(stem) ? 0.5 : 0), 0);
  // Half of a long topic's words are as good as all.
  return Math.min(3, (4 * hits) / wanted.size);
}

function cellWords(facts: Cell[], kind: ScoredKind): number {
  if (facts.some((cell) => kind.strongCell.test(cell.value))) return 0.8;
  return facts.some((cell) => kind.weakCell.test(cell.value)) ? -1 : 0;
}

/** The largest amount that the sentence or its row names; a bare number counts where its column is about money. */
export function amountOf(quote: Evident): number {
  const cells = quote.facts.map((cell) => {
    const inMoney =
      /\b(?:eur|usd|gbp|chf|cost|costs|loss|losses|amount|price|damage|value|revenue)\b|[€$£]/i.test(
        cell.name,
      );
    return largestAmount(inMoney && /^[\d.,' ]+$/.test(cell.value) ? `€${cell.value}` : cell.value);
  });
  return Math.max(largestAmount(quote.text), 0, ...cells);
}

/** 0 for nothing, about 0.2 for thousands, 0.6 for millions. */
export function moneyWeight(amount: number): number {
  return amount < 1000 ? 0 : Math.min(0.8, (Math.log10(amount) - 2) * 0.15);
}
