/**
 * What a small model is asked about a sentence, and what its answer is worth.
 *
 * One prompt per sentence: the kind's examples (the same for all, so that their evaluation can be kept), then the
 * sentence. The model's log-chance of each label as the next word is its opinion; a sentence that says nothing shows
 * which label it likes anyway, and that is taken off.
 */
import type { Candidate } from './candidate-sentences.ts';
import type { ScoredSentence } from './rank-sentences.ts';
import type { ScoredKind } from './kinds.ts';
import { headOf } from '../context/clip.ts';

export interface ScorePrompts {
  prompts: string[];
  labels: string[];
}

const sayingNothing = 'This is a sentence.';
/** Characters of a sentence that the model sees: the small one's window is short, and the point comes early. */
const longest = 420;

/** The last prompt is the sentence that says nothing: `scores` of `toScores` has one entry more than `candidates`. */
export function scorePrompts(candidates: Candidate[], kind: ScoredKind, topic?: string): ScorePrompts {
  const { sentence, label } = kind.fields;
  const head = kind.examples
    .map((example) => `${sentence}: ${example.sentence}\n${label}: ${example.label}\n`)
    .join('');
  const about = kind.name === 'about' ? `Topic: ${topic ?? ''}. ` : '';
  const prompt = (text: string) => `${head}${sentence}: ${about}${headOf(text, longest)}\n${label}:`;
  return {
    prompts: [...candidates.map((candidate) => prompt(candidate.text)), prompt(sayingNothing)],
    labels: kind.labels,
  };
}

/** `scores[prompt][label]`: natural logs, for the prompts of `scorePrompts` in their order. */
export function toScores(candidates: Candidate[], kind: ScoredKind, scores: number[][]): ScoredSentence[] {
  const target = kind.labels.indexOf(kind.target);
  const neutral = marginOf(scores[candidates.length] ?? [], target);
  return candidates.map((candidate, index) => ({
    ...candidate,
    score: marginOf(scores[index] ?? [], target) - neutral,
  }));
}

/** Log-chance of the target over all the other labels together; 0 if nothing was answered. */
export function marginOf(logs: number[], target: number): number {
  const wanted = logs[target];
  const others = logs.filter((_, index) => index !== target);
  if (wanted === undefined || others.length === 0) return 0;
  const highest = Math.max(...others);
  return wanted - highest - Math.log(others.reduce((sum, log) => sum + Math.exp(log - highest), 0));
}
