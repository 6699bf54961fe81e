/**
 * How a step is done without a model that can write: sentences are scored (`quote`), the best chosen (`rank`), put together
 * (`compose`) and checked against the documents (`check`). Nothing here writes a figure of its own.
 */
import { assembleMemo } from './assemble-memo.ts';
import { checkMemo } from './check-memo.ts';
import { type ChosenQuotes, chooseQuotes, type ScoredSentence } from './choose-quotes.ts';
import { countOf } from './goal-words.ts';
import type { KindName } from './kinds.ts';
import type { SourceFile } from './passage.ts';

export interface MethodInput {
  name: string;
  about: KindName;
  /** The person's goal, not the step's: it says how many and what title. */
  goal: string;
  /** Outputs of the steps before this one, by step id. */
  dependencies: Record<string, unknown>;
  documents: SourceFile[];
}

export type MethodAnswer =
  | { value: { markdown: string; data: unknown } }
  | { error: { code: string; message: string } };

/** What `quote` brings, per step. */
export interface QuotedData {
  about: KindName;
  sentences: ScoredSentence[];
  fileNames: string[];
}

interface RankedData {
  chosen: ChosenQuotes;
  fileNames: string[];
}

export function runMethod(input: MethodInput): MethodAnswer {
  switch (input.name) {
    case 'rank':
      return rank(input);
    case 'compose':
      return compose(input);
    case 'check':
      return check(input);
    default:
      return { error: { code: 'step_failed', message: `There is no method "${input.name}".` } };
  }
}

export function quotedMarkdown({ sentences }: QuotedData): string {
  const best = [...sentences].sort((a, b) => b.score - a.score).slice(0, 5);
  return best
    .map((sentence) => `- “${sentence.text}” (${sentence.fileName}, ${sentence.anchor.label})`)
    .join('\n');
}

function rank({ dependencies, goal, about }: MethodInput): MethodAnswer {
  const quoted = partsOf<QuotedData>(dependencies, 'sentences');
  if (quoted.length === 0) return missing('quoted sentences');
  const sentences = quoted.flatMap((part) => part.sentences);
  const chosen = chooseQuotes(sentences, { kind: about, count: countOf(goal, about) });
  const fileNames = [...new Set(quoted.flatMap((part) => part.fileNames))];
  const lines = chosen.items.map((item, i) => `${i + 1}. ${item.quotes[0]?.text ?? ''}`);
  return { value: { markdown: lines.join('\n'), data: { chosen, fileNames } satisfies RankedData } };
}

function compose({ dependencies, goal }: MethodInput): MethodAnswer {
  const [ranked] = partsOf<RankedData>(dependencies, 'chosen');
  if (!ranked) return missing('ranked quotes');
  return {
    value: { markdown: assembleMemo({ goal, chosen: ranked.chosen, fileNames: ranked.fileNames }), data: {} },
  };
}

function check({ dependencies, documents, goal }: MethodInput): MethodAnswer {
  // The ranked findings have a short text too; what is checked is the one that was written from them.
  const written = Object.values(dependencies)
    .filter(
      (output) =>
        typeof output === 'object' && output !== null && !('chosen' in output) && !('sentences' in output),
    )
    .map((output) => (output as { markdown?: unknown }).markdown);
  const markdown = written.find((text): text is string => typeof text === 'string');
  if (markdown === undefined) return missing('text to check');
  const problems = checkMemo({ markdown, files: documents, goal });
  if (problems.length === 0)
    return {
      value: { markdown: 'Every quote and every figure stands in its document.', data: { problems } },
    };
  const list = problems.slice(0, 5).map((problem) => problem.message);
  return {
    error: {
      code: 'invalid_output',
      message: `The text does not hold against its documents: ${list.join(' ')}`,
    },
  };
}

function missing(what: string): MethodAnswer {
  return { error: { code: 'step_failed', message: `The steps before this one brought no ${what}.` } };
}

/** Outputs (or items of a forEach's list of outputs) that have a field. */
function partsOf<Part>(dependencies: Record<string, unknown>, field: string): Part[] {
  return Object.values(dependencies)
    .flat()
    .filter((output): output is Part => typeof output === 'object' && output !== null && field in output);
}
