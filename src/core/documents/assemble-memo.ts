/**
 * The memo, put together from quotes.
 *
 * 1. Every figure in it stands in a quote or in the quoted row; this file writes none of its own (counts are words).
 * 2. Every statement is a quote, word for word, with its document and place.
 * 3. It says how it was made.
 */
import type { ChosenItem, ChosenQuotes, ScoredCandidate } from './choose-quotes.ts';
import { countOf, inWords, titleOf } from './goal-words.ts';
import { headlineOfAll } from './headline.ts';
import { escapeMarkdown } from './markdown-text.ts';
import { kinds, type ScoredKind } from './kinds.ts';

export interface MemoOptions {
  goal: string;
  chosen: ChosenQuotes;
  /** All documents that were read, quoted or not, by the names that people know. */
  fileNames: string[];
  /** Who chose: "SmolLM2-135M-Instruct, a small built-in model". */
  chosenBy?: string;
}

export function assembleMemo({ goal, chosen, fileNames, chosenBy }: MemoOptions): string {
  const title = escapeMarkdown(titleOf(goal, chosen.kind));
  const maker = chosenBy ?? 'a small built-in model';
  if (chosen.items.length === 0) return `# ${title}\n\n${nothingFound(chosen, fileNames)}\n`;
  const sections = chosen.items.map((item, index) => sectionOf(item, index + 1, kinds[chosen.kind]));
  const parts = [
    `# ${title}`,
    leadOf(goal, chosen, fileNames),
    ...sections,
    sourcesOf(chosen, fileNames),
    howMade(maker),
  ];
  return `${parts.join('\n\n')}\n`;
}

function nothingFound({ kind }: ChosenQuotes, fileNames: string[]): string {
  return `No ${kinds[kind].noun.many} were found in ${listOf(fileNames)}.`;
}

function leadOf(goal: string, chosen: ChosenQuotes, fileNames: string[]): string {
  const noun = kinds[chosen.kind].noun;
  const count = chosen.items.length;
  const counted = count === 1 ? `one ${noun.one} stands` : `${inWords(count)} ${noun.many} stand`;
  const topic = chosen.topic ? ` about ${chosen.topic}` : '';
  const fewer = count < countOf(goal, chosen.kind) ? ' Fewer were found than asked for.' : '';
  const both = chosen.items.filter(
    (item) => new Set(item.quotes.map((quote) => quote.fileId)).size > 1,
  ).length;
  const more =
    both === 0 ? '' : both === count && count > 1 ? ' Each of them is named in more than one document.' : '';
  return `In ${documentsInWords(fileNames.length)}, ${counted} out${topic}, the weightiest first.${more} Everything below is quoted word for word.${fewer}`;
}

function documentsInWords(count: number): string {
  return count === 1 ? 'the document' : `the ${inWords(count)} documents`;
}

function sectionOf(item: ChosenItem, number: number, kind: ScoredKind): string {
  const lead = item.quotes[0];
  if (!lead) return '';
  const beside = item.quotes.filter(
    (quote) => quote.fileId === lead.fileId && quote.passage === lead.passage,
  );
  const blocks = byPassage(item.quotes).map((quotes) => blockOf(quotes, item, kind));
  return [`## ${number}. ${escapeMarkdown(headlineOfAll(beside))}`, ...blocks].join('\n\n');
}

/** Quotes from one passage stand together, in the passage's order; passages in the order of their best quote. */
function byPassage(quotes: ScoredCandidate[]): ScoredCandidate[][] {
  const groups = new Map<string, ScoredCandidate[]>();
  for (const quote of quotes.filter(
    (each, index) => quotes.findIndex(({ text }) => text === each.text) === index,
  )) {
    const key = `${quote.fileId}/${quote.passage}`;
    groups.set(
      key,
      [...(groups.get(key) ?? []), quote].sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true })),
    );
  }
  return [...groups.values()];
}

/** Words that a second document has too are not quoted twice: its place stands beside the first. */
function blockOf(quotes: ScoredCandidate[], item: ChosenItem, kind: ScoredKind): string {
  const lines = quotes.map((quote) => `> “${escapeMarkdown(quote.text)}”`).join('\n>\n');
  const first = quotes[0] as ScoredCandidate;
  const also = item.quotes.filter(
    (other) => !quotes.includes(other) && quotes.some(({ text }) => text === other.text),
  );
  return `${lines}\n>\n> — *${[first, ...also].map(placeOf).join('; ')}*${factsOf(first, kind)}`;
}

/** A row's other cells that help to judge it: dates, figures, and words such as "critical". */
function factsOf(quote: ScoredCandidate, kind: ScoredKind): string {
  const telling = quote.facts.filter(
    ({ value }) =>
      value.length <= 40 && (/\d/.test(value) || kind.strongCell.test(value) || kind.weakCell.test(value)),
  );
  if (telling.length === 0) return '';
  return ` (${telling
    .slice(0, 6)
    .map((cell) => escapeMarkdown(`${cell.name}: ${cell.value}`))
    .join('; ')})`;
}

export function placeOf(quote: { fileName: string; anchor: { label: string } }): string {
  return escapeMarkdown(`${quote.fileName}, ${quote.anchor.label}`);
}

function sourcesOf(chosen: ChosenQuotes, fileNames: string[]): string {
  const places = new Map<string, Set<string>>();
  for (const quote of chosen.items.flatMap((item) => item.quotes)) {
    places.set(quote.fileName, (places.get(quote.fileName) ?? new Set()).add(quote.anchor.label));
  }
  const lines = [...places].map(
    ([name, labels]) =>
      `- ${name}: ${[...labels].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).join(', ')}`,
  );
  const silent = fileNames.filter((name) => !places.has(name));
  const unquoted = silent.length === 0 ? [] : [`- Read, not quoted: ${silent.join(', ')}`];
  return ['## Sources', '', ...lines, ...unquoted].join('\n');
}

function howMade(maker: string): string {
  return `*How this was made: ${maker} weighed the documents’ own sentences, and the memo was put together from the chosen ones. It wrote nothing itself, so the wording and every figure are the documents’ own; which of them matter most is for you to judge. With a larger model Adjutant writes the memo in its own words.*`;
}

function listOf(names: string[]): string {
  return names.length <= 1
    ? (names[0] ?? 'the documents')
    : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
