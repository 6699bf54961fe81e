/**
 * Which sentences of the documents are worth a model's time.
 *
 * 1. Every candidate is verbatim text of one passage, with that passage's place.
 * 2. At most `max` come out, however long the documents are: cheap evidence chooses, and every document and every part
 *    of a document gets its share, so that a quiet document is heard too.
 * 3. The same input gives the same candidates in the same order.
 */
import { evidenceOf } from './evidence.ts';
import type { ScoredKind } from './kinds.ts';
import type { Anchor, Passage, SourceFile } from './passage.ts';
import { splitSentences } from './sentences.ts';
import { type Cell, createRowReader } from './table-rows.ts';
import { figuresOf, stemsOf } from './words.ts';

export interface Candidate {
  /** Unique over all files: `file/passage.sentence`, sentences counted from 1. */
  id: string;
  fileId: string;
  fileName: string;
  passage: number;
  anchor: Anchor;
  heading?: string;
  /** Verbatim in its passage. */
  text: string;
  /** Other cells of the same table row, verbatim too. */
  facts: Cell[];
  /** Cheap evidence that it is what is looked for; 0 says nothing, about 3 is strong. */
  evidence: number;
}

export interface CandidateOptions {
  /** Sentences that a model is asked about, over all documents. */
  max?: number;
  /** For the kind `about`. */
  topic?: string;
}

const partsPerDocument = 5;

export function candidateSentences(
  files: SourceFile[],
  kind: ScoredKind,
  options: CandidateOptions = {},
): Candidate[] {
  const perFile = files.map((file) =>
    withoutNearDuplicates(onTopic(sentencesOf(file, kind, options.topic), kind)),
  );
  const shares = shareOut(
    options.max ?? 60,
    perFile.map((candidates) => candidates.length),
  );
  return perFile.flatMap((candidates, index) => pickFairly(candidates, shares[index] ?? 0));
}

/** A model this small takes anything for the topic; a sentence without one of its words is not asked about. */
function onTopic(candidates: Candidate[], kind: ScoredKind): Candidate[] {
  return kind.name === 'about' ? candidates.filter((candidate) => candidate.evidence >= 0.5) : candidates;
}

function sentencesOf(file: SourceFile, kind: ScoredKind, topic: string | undefined): Candidate[] {
  const rows = file.passages.filter((passage) => passage.anchor.kind === 'row');
  const reader = createRowReader(rows);
  return file.passages.flatMap((passage) => {
    const found = passage.anchor.kind === 'row' ? [rowQuote(passage, reader)] : proseQuotes(passage);
    return found.flatMap((quote, index) => {
      if (!quote) return [];
      const candidate = {
        id: `${file.fileId}/${passage.n}.${index + 1}`,
        fileId: file.fileId,
        fileName: file.name,
        passage: passage.n,
        anchor: passage.anchor,
        ...(passage.heading === undefined ? {} : { heading: passage.heading }),
        ...quote,
      };
      return [{ ...candidate, evidence: evidenceOf(candidate, kind, topic) }];
    });
  });
}

type Quote = Pick<Candidate, 'text' | 'facts'>;

function rowQuote(passage: Passage, reader: ReturnType<typeof createRowReader>): Quote | undefined {
  const quote = reader.quoteOf(passage);
  if (quote) return quote.text.split(/\s+/).length >= 3 ? quote : undefined;
  return { text: passage.text, facts: [] };
}

function proseQuotes(passage: Passage): (Quote | undefined)[] {
  if (isTableRow(passage.text) || passage.text === passage.heading) return [];
  return splitSentences(passage.text).map((text) => (isQuotable(text) ? { text, facts: [] } : undefined));
}

function isTableRow(text: string): boolean {
  return text.split(' | ').length >= 3 || /^[^|]{1,40} \| [^|]{1,40}$/.test(text);
}

/** A sentence that stands for itself: not a caption, a heading, a definition, a signature or a splinter. */
function isQuotable(text: string): boolean {
  const words = text.split(/\s+/).length;
  if (words < 5 || words > 90 || text.length > 600) return false;
  if (!/[.!?…]["”’)]?$/.test(text)) return false;
  if (!/^["“‘(«]?[\p{Lu}\d€$£]/u.test(text)) return false;
  if (/^(?:table|figure|fig\.|note|source|annex|appendix)\s*\d*\s*[:.–-]/i.test(text)) return false;
  if (/^[“"][^”"]{2,60}[”"]\s+means\b/.test(text)) return false;
  if (/^(?:signed|dated)\s(?:in|on|at|by)\b/i.test(text)) return false;
  if (
    /\b(?:all rights reserved|confidential|page \d+ of \d+|©|click here|unsubscribe|table of contents)\b/i.test(
      text,
    )
  )
    return false;
  return (text.match(/\p{L}/gu)?.length ?? 0) > text.length / 2;
}

/** Sentences with nearly the same words are one; the one with more evidence stays, in the place of the first. */
function withoutNearDuplicates(candidates: Candidate[]): Candidate[] {
  const kept: { candidate: Candidate; stems: Set<string> }[] = [];
  const byStem = new Map<string, number[]>();
  for (const candidate of candidates) {
    const stems = new Set([...stemsOf(candidate.text), ...figuresOf(candidate.text)]);
    // Two sets that are four fifths alike share at least one of any (fifth + 1) of their words: the rarest are quickest.
    const posted = [...stems].map((stem) => byStem.get(stem) ?? []).sort((a, b) => a.length - b.length);
    const rivals = new Set(posted.slice(0, Math.floor(stems.size / 5) + 1).flat());
    const twin = [...rivals].find((index) => likeness(kept[index]?.stems ?? new Set(), stems) >= 0.8);
    const before = twin === undefined ? undefined : kept[twin];
    if (before) {
      if (candidate.evidence > before.candidate.evidence) before.candidate = candidate;
      continue;
    }
    for (const stem of stems) {
      const places = byStem.get(stem);
      if (places) places.push(kept.length);
      else byStem.set(stem, [kept.length]);
    }
    kept.push({ candidate, stems });
  }
  return kept.map(({ candidate }) => candidate);
}

function likeness(a: Set<string>, b: Set<string>): number {
  const shared = [...a].filter((stem) => b.has(stem)).length;
  const all = a.size + b.size - shared;
  return all === 0 ? 1 : shared / all;
}

/** Equal shares; what a short document leaves goes to the others. */
function shareOut(max: number, sizes: number[]): number[] {
  const shares = sizes.map(() => 0);
  let left = max;
  while (left > 0) {
    const hungry = sizes.flatMap((size, index) => ((shares[index] ?? 0) < size ? [index] : []));
    if (hungry.length === 0) break;
    const each = Math.max(1, Math.floor(left / hungry.length));
    for (const index of hungry) {
      const take = Math.min(each, left, (sizes[index] ?? 0) - (shares[index] ?? 0));
      shares[index] = (shares[index] ?? 0) + take;
      left -= take;
    }
  }
  return shares;
}

/** Half of the share goes by evidence over the whole document, half in turn to its parts, each giving its best. */
function pickFairly(candidates: Candidate[], share: number): Candidate[] {
  if (candidates.length <= share) return candidates;
  const byEvidence = [...candidates.keys()].sort(
    (a, b) => (candidates[b]?.evidence ?? 0) - (candidates[a]?.evidence ?? 0) || a - b,
  );
  const picked = new Set(byEvidence.slice(0, Math.ceil(share / 2)));
  const partSize = Math.ceil(candidates.length / partsPerDocument);
  const parts = Array.from({ length: partsPerDocument }, (_, part) =>
    byEvidence.filter((index) => Math.floor(index / partSize) === part && !picked.has(index)),
  );
  while (picked.size < share && parts.some((part) => part.length > 0)) {
    for (const part of parts) {
      const next = part.shift();
      if (next !== undefined && picked.size < share) picked.add(next);
    }
  }
  return [...picked].sort((a, b) => a - b).flatMap((index) => candidates[index] ?? []);
}
