/**
 * An answer that was cut off by the output limit: once, the model goes on where it stopped, with more room. What it wrote is put together.
 * Cut off again, or with nothing written, it is a failure that says so.
 */
import type { Failure } from '../../contracts/task.ts';
import type { EffectFacts, ReplyOutcome } from './snapshot.ts';

export const answerOverLimit = 'answer_over_limit';

/** Asked of the model when nothing had been written: all of its limit went into reasoning. */
const again =
  'Your answer was cut off by the output limit before you wrote anything. Think less, and answer now.';
const goOn =
  'Your answer was cut off by the output limit. Go on exactly where it stopped, in the middle of the word if need be, and repeat nothing.';

type CutOff = { more: { repair: string; more: true; goesOn: true } } | { error: Failure };

/** Null when the answer is whole. */
export function aroundCutOff(last: EffectFacts): CutOff | null {
  const { stop, text } = last.outcome as ReplyOutcome;
  if (stop !== 'length') return null;
  if (last.input.more === true) {
    const message =
      'The answer was cut off by the output limit, and so was the rest of it. Raise maxOutputTokens of the agent, or ask for less at once.';
    return { error: { code: answerOverLimit, message } };
  }
  // The question stands in the transcript already.
  return { more: { repair: text.trim() === '' ? again : goOn, more: true, goesOn: true } };
}

/** The answer with what was written of it before it was cut off. */
export function wholeText(effects: readonly EffectFacts[], last: EffectFacts): string {
  const { text } = last.outcome as ReplyOutcome;
  if (last.input.more !== true) return text;
  const models = effects.filter(({ kind }) => kind === 'model');
  const before = models[models.indexOf(last) - 1]?.outcome as ReplyOutcome | undefined;
  return (before?.stop === 'length' ? before.text : '') + text;
}
