/** Turns that a model takes with tools: its calls, then the same question again with what they brought. */
import type { Failure } from '../../contracts/task.ts';
import type { EffectFacts, NewEffect, ReplyOutcome, TaskMove, TaskSnapshot } from './snapshot.ts';

/** Of a call that goes on after tools: its question stands in the transcript already. */
export const goesOn = { goesOn: true };

/** Null when the last turn of the attempt is not about tools. */
export function toolTurn({ effects }: TaskSnapshot): TaskMove | null {
  const last = effects.at(-1);
  if (!last) return null;
  const turn = nextTurn(effects);
  if (last.kind === 'tool') {
    const asked = effects.findLast(({ kind }) => kind === 'model');
    const purpose = asked?.purpose ?? 'work';
    return { move: 'call', turn, effects: [{ kind: 'model', purpose, input: goesOn }] };
  }
  const calls = toolCallsOf(last);
  if (calls.length === 0) return null;
  const toolEffect = ({ id, name, arguments: written }: (typeof calls)[number]): NewEffect => {
    return { kind: 'tool', purpose: name, input: { callId: id, arguments: written } };
  };
  return { move: 'call', turn, effects: calls.map(toolEffect) };
}

/** Of one reply. Temporal takes no more than 2,000 from a workflow at once, and its history has to hold the end of each. */
export const mostToolCalls = 200;

/** Why a reply cannot be carried out; null when it can. */
export function tooManyCalls(outcome: unknown): Failure | null {
  const { toolCalls } = (outcome ?? {}) as Partial<ReplyOutcome>;
  const wanted = Array.isArray(toolCalls) ? toolCalls.length : 0;
  if (wanted <= mostToolCalls) return null;
  const message = `The model called ${wanted.toLocaleString('en-US')} tools in one reply; at most ${mostToolCalls} are carried out at once.`;
  return { code: 'too_many_tool_calls', message };
}

/** What a model was asked and answered for good, without the turns that only called tools. */
export function finalReplies(effects: readonly EffectFacts[]): EffectFacts[] {
  return effects.filter((effect) => effect.kind === 'model' && toolCallsOf(effect).length === 0);
}

export function nextTurn(effects: readonly EffectFacts[]): number {
  return Math.max(0, ...effects.map(({ turn }) => turn)) + 1;
}

function toolCallsOf({ kind, outcome }: EffectFacts): ReplyOutcome['toolCalls'] {
  const { toolCalls } = (outcome ?? {}) as Partial<ReplyOutcome>;
  return kind === 'model' && Array.isArray(toolCalls) ? toolCalls : [];
}
