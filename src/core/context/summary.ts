/**
 * What stands in a prompt for turns that fell out of it. A model writes it where one is fit to; else heads and tails are put together. Both
 * are rolling: the new one takes in the old one.
 */
import { material } from '../prompts/turn.ts';
import { headOf, tailOf } from './clip.ts';

export interface TurnText {
  role: 'user' | 'assistant' | 'tool';
  content: Record<string, unknown>;
}

/** Said to a model at the end of the conversation so far, so that what the provider has in its cache is used. */
export const summariseRequest = [
  'The conversation is getting longer than your window. Do not go on with the task and call no tool now.',
  'Write a summary of everything above since the task was given, for yourself: it will stand in place of it. Keep: what was asked and decided, what was found with its source (file and place, figures exactly), what was tried and failed, handles and ids that are still of use, what is under way and what comes next. Take in the earlier summary if there is one. At most 900 words, no preface.',
].join('\n\n');

export function summaryMessage(text: string, { from, to }: { from: number; to: number }): string {
  return [
    'The oldest part of this conversation was taken out to make room. This is what it was about:',
    material(`summary of entries ${from} to ${to}`, text),
    'Go on from here.',
  ].join('\n\n');
}

const headCharacters = 160;
const tailCharacters = 80;

/** One line for each entry, with the beginning and the end of long texts; of many lines the first and the last. */
export function extractSummary(
  entries: readonly TurnText[],
  { earlier, characters }: { earlier: string | null; characters: number },
): string {
  const lines = entries.map(lineOf);
  const before = earlier === null ? '' : headOf(earlier, Math.floor(characters / 3));
  return [before, fitLines(lines, characters - before.length)].filter((part) => part !== '').join('\n');
}

function lineOf({ role, content }: TurnText): string {
  const text = short(typeof content.text === 'string' ? content.text : '');
  if (role === 'tool')
    return `- ${String(content.name)} answered${content.isError ? ' with an error' : ''}: ${text}`;
  if (role === 'user') return `- told: ${text}`;
  const calls = Array.isArray(content.toolCalls)
    ? (content.toolCalls as { name: string; arguments: string }[])
    : [];
  const called = calls.map((call) => `${call.name}(${headOf(call.arguments, headCharacters)})`).join(', ');
  return `- you${text ? ` said: ${text}` : ''}${called ? `${text ? ';' : ''} called ${called}` : ''}`;
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= headCharacters + tailCharacters + 3
    ? line
    : `${headOf(line, headCharacters)} … ${tailOf(line, tailCharacters)}`;
}

function fitLines(lines: string[], characters: number): string {
  const whole = lines.join('\n');
  if (whole.length <= characters) return whole;
  const head: string[] = [];
  const tail: string[] = [];
  let left = characters - 40;
  // The end counts more than the beginning: two lines of it for each of the beginning.
  for (let first = 0, last = lines.length - 1, n = 0; first <= last; n += 1) {
    const line = n % 3 === 0 ? (lines[first] as string) : (lines[last] as string);
    left -= line.length + 1;
    if (left < 0) break;
    if (n % 3 === 0) {
      head.push(line);
      first += 1;
    } else {
      tail.unshift(line);
      last -= 1;
    }
  }
  return [...head, `- … ${lines.length - head.length - tail.length} more entries …`, ...tail].join('\n');
}
