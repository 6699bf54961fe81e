/** One scale for everything that speaks for a sentence: the model's opinion, cheap evidence, and its place in the document. */
import type { Candidate } from './candidate-sentences.ts';
import type { ScoredKind } from './kinds.ts';
import { createSimilarity } from './words.ts';

export interface ScoredSentence extends Candidate {
  /** The model's margin for the label that is looked for: see score-prompts. */
  score: number;
}

export interface ScoredCandidate extends ScoredSentence {
  /** What ranks: margin and cheap evidence on one scale; above 0 is better than the documents' average. */
  rank: number;
  /** The model's opinion alone, in spreads from its mean. */
  margin: number;
}

/** Best first; the order that they came in does not matter. */
export function rank(sentences: ScoredSentence[], kind: ScoredKind): ScoredCandidate[] {
  const known = sentences.map((sentence) => sentence.score).filter(Number.isFinite);
  const mean = known.reduce((sum, score) => sum + score, 0) / Math.max(1, known.length);
  const spread =
    Math.sqrt(known.reduce((sum, score) => sum + (score - mean) ** 2, 0) / Math.max(1, known.length)) || 1;
  const central = kind.centrality === 0 ? () => 0 : centralityOf(sentences);
  return sentences
    .map((sentence) => {
      const margin = Number.isFinite(sentence.score) ? (sentence.score - mean) / spread : 0;
      return {
        ...sentence,
        margin,
        rank:
          margin * kind.opinion +
          central(sentence) * kind.centrality +
          sentence.evidence * 0.6 -
          (isRow(sentence) ? kind.rowDiscount : 0),
      };
    })
    .sort((a, b) => b.rank - a.rank || a.id.localeCompare(b.id, 'en', { numeric: true }));
}

export function isRow(sentence: Candidate): boolean {
  return sentence.anchor.kind === 'row';
}

/** How much a sentence has in common with the rest of its document, in spreads: what a summary is made of. */
function centralityOf(sentences: ScoredSentence[]): (sentence: ScoredSentence) => number {
  const alike = createSimilarity(sentences.map(({ text }) => text));
  const sums = new Map(
    sentences.map((sentence) => {
      const others = sentences.filter((other) => other !== sentence && other.fileId === sentence.fileId);
      return [
        sentence.id,
        others.reduce((sum, other) => sum + alike(sentence.text, other.text), 0) / Math.max(1, others.length),
      ];
    }),
  );
  const values = [...sums.values()];
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const spread =
    Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length)) || 1;
  return ({ id }) => Math.max(-1.5, Math.min(1.5, ((sums.get(id) ?? mean) - mean) / spread));
}
