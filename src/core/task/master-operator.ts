/**
 * A Master Operator's task: turns of model call and tool calls until there is a result.
 *
 * A model that can only score does steps that name a method; anything else waits for a model that can write.
 */
import { problemsOfJson } from '../../contracts/json-schema.ts';
import type { Failure } from '../../contracts/task.ts';
import { routeModel } from '../route-model.ts';
import { aroundCutOff, wholeText } from './cut-off.ts';
import { isMethod, methodPurpose } from './is-method.ts';
import { withoutHearing } from './messages.ts';
import { resultOf } from './result-of.ts';
import { toolTurn } from './tool-turns.ts';
import type {
  CurrentAttempt,
  EffectFacts,
  MethodOutcome,
  NewEffect,
  ReplyOutcome,
  TaskMove,
  TaskSnapshot,
} from './snapshot.ts';
import { unstorable } from '../../contracts/storable.ts';

/** Methods that need the model's judgement; the others are pure work over what came before. */
const scoredMethods = new Set(['quote']);

export function operatorMove(all: TaskSnapshot, current: CurrentAttempt): TaskMove {
  const snapshot = withoutHearing(all);
  const { effects } = snapshot;
  const last = effects.at(-1);
  if (!last) return firstTurn(snapshot, current);
  const turn = effects.filter((effect) => effect.turn === last.turn);
  const broken = turn.find((effect) => effect.status === 'failed' || effect.status === 'abandoned');
  if (broken && broken.kind === 'model')
    return endAttempt(broken.error ?? { code: 'model_failed', message: 'The model call did not end.' });
  if (isMethod(last)) return afterMethod(last);
  return toolTurn(all) ?? toolTurn(snapshot) ?? afterReply(snapshot, last);
}

function firstTurn({ task, models }: TaskSnapshot, current: CurrentAttempt): TaskMove {
  const { preferred, allowed } = current.agent.spec.modelPolicy;
  const policy = { preferred, ...(allowed ? { allowed } : {}) };
  const writer = routeModel(models, { class: 'write', ...policy });
  if (writer.choice) return workTurn(1);
  if (task.method && routeModel(models, { class: 'score', ...policy }).choice) {
    const kind = scoredMethods.has(task.method.name) ? 'model' : 'tool';
    return { move: 'call', turn: 1, effects: [{ kind, purpose: methodPurpose(task.method.name) }] };
  }
  const detail =
    'No configured model can write this. Add an API key or a larger local model; the task goes on by itself then.';
  return { move: 'wait', for: 'model', detail };
}

function workTurn(turn: number, input?: Record<string, unknown>): TaskMove {
  const effect: NewEffect = { kind: 'model', purpose: 'work' };
  return { move: 'call', turn, effects: [input ? { ...effect, input } : effect] };
}

function afterMethod(last: EffectFacts): TaskMove {
  if (last.status !== 'settled')
    return endAttempt(last.error ?? { code: 'step_failed', message: 'The method failed.' });
  const { markdown, data } = last.outcome as MethodOutcome;
  return { move: 'complete', result: { markdown, data } };
}

function afterReply(snapshot: TaskSnapshot, last: EffectFacts): TaskMove {
  const reply = last.outcome as ReplyOutcome;
  if (reply.stop === 'refused')
    return endAttempt({ code: 'model_refused', message: 'The model refused this task.' });
  const cutOff = aroundCutOff(last);
  if (cutOff) return 'error' in cutOff ? endAttempt(cutOff.error) : workTurn(last.turn + 1, cutOff.more);
  return finalAnswer(snapshot, { last, text: wholeText(snapshot.effects, last) });
}

function finalAnswer(
  { task, effects }: TaskSnapshot,
  { last, text }: { last: EffectFacts; text: string },
): TaskMove {
  if (text.trim() === '') return repairOrEnd(effects, { last, problem: 'The answer was empty.' });
  if (!task.outputSchema) return { move: 'complete', result: resultOf(text) };
  const parsed = parseJson(text);
  if (!parsed.ok) return repairOrEnd(effects, { last, problem: `The answer is not JSON: ${parsed.problem}` });
  const unkept = unstorable(parsed.value);
  const problems = unkept.length > 0 ? unkept : problemsOfJson(task.outputSchema, parsed.value);
  if (problems.length === 0)
    return { move: 'complete', result: { markdown: asMarkdown(parsed.value), data: parsed.value } };
  const lines = problems.slice(0, 10).map((problem) => `${problem.pointer || '/'}: ${problem.message}`);
  return repairOrEnd(effects, {
    last,
    problem: `The answer breaks the output schema:\n${lines.join('\n')}`,
  });
}

function repairOrEnd(
  effects: EffectFacts[],
  { last, problem }: { last: EffectFacts; problem: string },
): TaskMove {
  const repaired = effects.some(({ input }) => typeof input.repair === 'string' && input.more !== true);
  if (repaired) return endAttempt({ code: 'invalid_output', message: problem });
  return workTurn(last.turn + 1, { repair: problem });
}

function endAttempt(error: Failure): TaskMove {
  return { move: 'endAttempt', error };
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false; problem: string } {
  try {
    // One pattern for both ends would take a minute over the blanks that models write without end.
    const bare = text
      .trim()
      .replace(/^```(?:json)?/, '')
      .replace(/```$/, '');
    return { ok: true, value: JSON.parse(bare) };
  } catch (error) {
    return { ok: false, problem: (error as Error).message };
  }
}

function asMarkdown(value: unknown): string {
  return resultOf(value).markdown;
}
