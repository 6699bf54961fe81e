/** A prompt that no cutting makes fit. Pure. */
import type { Failure } from '../../contracts/task.ts';

export const overWindow = 'context_over_window';

export interface WindowFacts {
  provider: string;
  model: string;
  contextTokens: number;
  output: number;
  needs: number;
  room: number;
  parts: readonly { id: string; tokens: number }[];
}

/** Says what takes the most, so that a person knows what to shorten. */
export function overWindowFailure({
  provider,
  model,
  contextTokens,
  output,
  needs,
  room,
  parts,
}: WindowFacts): Failure {
  const largest = [...parts]
    .sort((a, b) => b.tokens - a.tokens)
    .slice(0, 3)
    .map(({ id, tokens }) => `${id} ${tokens.toLocaleString('en-US')}`);
  const message = [
    `The prompt needs about ${needs.toLocaleString('en-US')} tokens even when all that can be cut is cut.`,
    `${provider}/${model} has room for ${room.toLocaleString('en-US')} (window ${contextTokens.toLocaleString('en-US')}, ${output.toLocaleString('en-US')} of it for the answer).`,
    `Largest: ${largest.join(', ')}. Shorten the goal or the instructions, split the task, or allow a model with a larger window.`,
  ].join(' ');
  return { code: overWindow, message };
}
