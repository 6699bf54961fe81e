/**
 * From scored sentences to the few items that answer the goal.
 *
 * 1. What several sentences tell together is one item: the fact that a report and a contract both name counts once, with
 *    both sources, and counts for more.
 * 2. No item's lead tells of another item's matter.
 * 3. If there is more than one document, the items together quote at least two of them, unless only one has anything.
 */
import type { Candidate } from './candidate-sentences.ts';
import { amountOf, moneyWeight } from './evidence.ts';
import { type KindName, kinds } from './kinds.ts';
import { createLikeness, type Likeness, type Matter, mattersOf, sameMatter } from './matters.ts';
import { isRow, rank, type ScoredCandidate, type ScoredSentence } from './rank-sentences.ts';

export type { ScoredCandidate, ScoredSentence } from './rank-sentences.ts';

export interface ChosenItem {
  /** First the one that says it best, then what supports it. */
  quotes: ScoredCandidate[];
  weight: number;
}

export interface ChosenQuotes {
  kind: KindName;
  topic?: string;
  items: ChosenItem[];
  /** How many sentences the model was asked about. */
  asked: number;
}

export interface ChooseOptions {
  kind: KindName;
  topic?: string;
  /** How many items. */
  count: number;
  /** Quotes of one item; default 4. */
  quotesPerItem?: number;
}

/** From here on two sentences of one document say the same, and one of them is enough. */
const sameStatement = 0.5;

/** Below this a sentence of the matter has nothing to do with the ones that were chosen. */
const supports = 0.15;

/** Takes the scored sentences of all documents together; their order does not matter. */
export function chooseQuotes(sentences: ScoredSentence[], options: ChooseOptions): ChosenQuotes {
  const ranked = rank(sentences, kinds[options.kind]);
  const alike = createLikeness(ranked);
  const matters = mattersOf(ranked, alike);
  const items: ChosenItem[] = [];
  for (const matter of matters) {
    if (items.length === options.count) break;
    const item = itemOf(matter, alike, options);
    if (item && !items.some((other) => isTold(item, other, alike))) items.push(item);
  }
  spreadOverDocuments(items, { matters, alike, options, everyDocument: kinds[options.kind].everyDocument });
  return {
    kind: options.kind,
    ...(options.topic === undefined ? {} : { topic: options.topic }),
    items,
    asked: sentences.length,
  };
}

/** A sentence that leans on the one before it cannot stand alone. */
function leans(sentence: Candidate): boolean {
  return (
    /^(?:it|its|they|their|them|he|she|his|her|this|these|those|such|both|also|however|on both|in addition|therefore|together)\b/i.test(
      sentence.text,
    ) || /^(?:\S+\s+){0,3}(?:this|these|that|such)\s+\p{L}+/iu.test(sentence.text)
  );
}

/** What a contract says would follow supports a matter; what is the case leads it. */
function isCondition(sentence: Candidate): boolean {
  return /^(?:if|unless|where|in case|in the event|should)\b/i.test(sentence.text);
}

function isTold(item: ChosenItem, other: ChosenItem, alike: Likeness): boolean {
  const lead = item.quotes[0];
  return lead !== undefined && other.quotes.some((quote) => alike(quote, lead) >= sameMatter);
}

function itemOf(
  { members, weight }: Matter,
  alike: Likeness,
  options: ChooseOptions,
): ChosenItem | undefined {
  const central = (member: ScoredCandidate) =>
    members.reduce((sum, other) => sum + (other === member ? 0 : alike(member, other)), 0);
  const asLead = (member: ScoredCandidate) =>
    member.rank +
    Math.min(2.5, central(member)) * 1.5 +
    moneyWeight(amountOf(member)) -
    (isRow(member) ? 2.5 : 0) -
    (isCondition(member) ? 1 : 0);
  const lead = members.filter((member) => !leans(member)).sort((a, b) => asLead(b) - asLead(a))[0];
  if (!lead) return undefined;
  const quotes = [lead];
  while (quotes.length < (options.quotesPerItem ?? 4)) {
    const next = bestSupport(members, quotes, alike);
    if (!next) break;
    quotes.push(next);
  }
  return { quotes, weight };
}

function bestSupport(
  members: ScoredCandidate[],
  quotes: ScoredCandidate[],
  alike: Likeness,
): ScoredCandidate | undefined {
  const lead = quotes[0] as ScoredCandidate;
  const quoted = new Set(quotes.map((quote) => quote.fileId));
  const worth = (member: ScoredCandidate) => {
    const newDocument = quoted.has(member.fileId) ? 0 : 1.2;
    return member.rank + newDocument + 2 * alike(lead, member) + moneyWeight(amountOf(member)) * 2;
  };
  return members
    .filter((member) => canSupport(member, quotes, alike) && worth(member) > 0.5)
    .sort((a, b) => worth(b) - worth(a))[0];
}

function canSupport(member: ScoredCandidate, quotes: ScoredCandidate[], alike: Likeness): boolean {
  const lead = quotes[0] as ScoredCandidate;
  const beside = isBeside(member, lead);
  if (leans(member) && !(beside && isAfter(member, lead))) return false;
  // A document that is quoted already has to add something of weight.
  const least = quotes.some((quote) => quote.fileId === member.fileId) ? 1 : 0.2;
  // Neither words nor the model alone are enough to stand beside the lead: of a patient who "recovered" from the wrong medicine the model thinks well.
  if (beside && (member.rank <= 0.2 || member.margin < 0 || member.evidence <= 0)) return false;
  if (!beside && (member.rank <= least || !quotes.some((quote) => alike(quote, member) >= supports)))
    return false;
  // Said again in the same document it is a repeat; said by another document it is a second source.
  return !quotes.some(
    (quote) =>
      quote.id === member.id || (quote.fileId === member.fileId && alike(quote, member) >= sameStatement),
  );
}

function isBeside(a: Candidate, b: Candidate): boolean {
  return a.fileId === b.fileId && a.passage === b.passage;
}

function isAfter(a: Candidate, b: Candidate): boolean {
  return a.id.localeCompare(b.id, 'en', { numeric: true }) > 0;
}

interface Spread {
  matters: Matter[];
  alike: Likeness;
  options: ChooseOptions;
  /** Every document gets an item while there is room; else only a second document does. */
  everyDocument: boolean;
}

function spreadOverDocuments(items: ChosenItem[], { matters, alike, options, everyDocument }: Spread): void {
  const wanted = everyDocument ? options.count : 2;
  for (let place = items.length - 1; place > 0; place -= 1) {
    const others = items.filter((_, index) => index !== place);
    const quoted = new Set(items.flatMap((item) => item.quotes.map((quote) => quote.fileId)));
    if (quoted.size >= wanted) return;
    // Only an item whose documents the others quote too can give its place away.
    const kept = new Set(others.flatMap((item) => item.quotes.map((quote) => quote.fileId)));
    if (items[place]?.quotes.some((quote) => !kept.has(quote.fileId))) continue;
    const item = firstElsewhere({ matters, alike, options, everyDocument }, quoted, others);
    if (!item) return;
    items[place] = item;
  }
}

function firstElsewhere(
  { matters, alike, options }: Spread,
  quoted: Set<string>,
  others: ChosenItem[],
): ChosenItem | undefined {
  for (const matter of matters) {
    const members = matter.members.filter((member) => !quoted.has(member.fileId));
    if (!members.some((member) => member.rank > 0)) continue;
    const item = itemOf({ members, weight: matter.weight }, alike, options);
    if (item && !others.some((other) => isTold(item, other, alike))) return item;
  }
  return undefined;
}
