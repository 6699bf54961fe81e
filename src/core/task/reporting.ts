/**
 * When the run has ended. The result of a template is the task's result; that of a plan of its own is written up, with its sources, and
 * judged against the goal by a model that is fit to. One round of corrections: steps are done again and the result is written anew, or
 * only that. A judge that fails or makes no sense changes nothing.
 */
import { routeModel } from '../route-model.ts';
import { aroundCutOff, wholeText } from './cut-off.ts';
import { policyOf } from './planning.ts';
import { resultOf } from './result-of.ts';
import { finalReplies, nextTurn } from './tool-turns.ts';
import { readVerdict } from './verdict.ts';
import type {
  CurrentAttempt,
  EffectFacts,
  PlanRunFacts,
  PlanUnderWay,
  ReplyOutcome,
  TaskMove,
  TaskSnapshot,
} from './snapshot.ts';

export function isJudge({ kind, purpose }: Pick<EffectFacts, 'kind' | 'purpose'>): boolean {
  return kind === 'model' && purpose === 'judge';
}

export function reportingMove(snapshot: TaskSnapshot, current: CurrentAttempt): TaskMove {
  const run = snapshot.planRun as PlanRunFacts;
  if (run.status === 'cancelled')
    return { move: 'fail', error: { code: 'cancelled', message: 'The run of its plan was cancelled.' } };
  if (run.status === 'failed')
    return { move: 'fail', error: run.error ?? { code: 'step_failed', message: 'The plan failed.' } };
  if (snapshot.task.planOrigin !== 'model') return { move: 'complete', result: resultOf(run.output) };
  const last = finalReplies(snapshot.effects).at(-1);
  if (last?.purpose === 'judge') return afterJudge(snapshot, last);
  return last?.purpose === 'synthesis' ? afterSynthesis(snapshot, current, last) : write(snapshot);
}

function write(
  { effects }: TaskSnapshot,
  notes: string[] = [],
  more: Record<string, unknown> = {},
): TaskMove {
  const input = { ...more, ...(notes.length > 0 ? { corrections: notes } : {}) };
  return { move: 'call', turn: nextTurn(effects), effects: [{ kind: 'model', purpose: 'synthesis', input }] };
}

function afterSynthesis(snapshot: TaskSnapshot, current: CurrentAttempt, last: EffectFacts): TaskMove {
  const { stop } = last.outcome as ReplyOutcome;
  const cutOff = aroundCutOff(last);
  if (cutOff && 'error' in cutOff) return failed(cutOff.error.code, cutOff.error.message);
  if (cutOff) return write(snapshot, [], cutOff.more);
  if (stop === 'refused') return failed('model_refused', 'The model refused to write the synthesis.');
  const { task, effects, models } = snapshot;
  const judged = task.correctedAt != null || effects.some(isJudge);
  const judge = judged ? null : routeModel(models, { class: 'judge', ...policyOf(current) }).choice;
  if (!judge) return complete(snapshot);
  return { move: 'call', turn: nextTurn(effects), effects: [{ kind: 'model', purpose: 'judge' }] };
}

function afterJudge(snapshot: TaskSnapshot, last: EffectFacts): TaskMove {
  if (last.status !== 'settled') return complete(snapshot);
  const { text } = last.outcome as ReplyOutcome;
  const verdict = readVerdict(text, correctable(snapshot.underWay ?? null));
  if (!verdict) return complete(snapshot);
  const notes = [...verdict.steps, ...verdict.notes.map((note) => ({ step: '', note }))].map(sayNote);
  if (verdict.steps.length === 0 || snapshot.task.correctedAt != null) return write(snapshot, notes);
  const steps = [...new Set(verdict.steps.map(({ step }) => step))];
  return {
    move: 'proposePlan',
    kind: 'correction',
    plan: null,
    origin: 'model',
    reason: `The result does not reach the goal yet: ${steps.join(', ')} done again.`,
    accepted: true,
    corrections: verdict.steps,
  };
}

function sayNote({ step, note }: { step: string; note: string }): string {
  return step === '' ? note : `${note} (Step ${step} was done again.)`;
}

/** Agents' steps that completed: they can take a correction. */
function correctable(underWay: PlanUnderWay | null): Set<string> {
  if (!underWay) return new Set();
  const done = new Set(underWay.rows.filter(({ status }) => status === 'completed').map(({ key }) => key));
  const { steps } = underWay.definition;
  return new Set(steps.filter(({ id, kind }) => kind === 'agent' && done.has(id)).map(({ id }) => id));
}

function complete({ effects, planRun }: TaskSnapshot): TaskMove {
  const written = finalReplies(effects).findLast(({ purpose }) => purpose === 'synthesis');
  const markdown = written ? wholeText(finalReplies(effects), written) : '';
  return { move: 'complete', result: { markdown, data: planRun?.output } };
}

function failed(code: string, message: string): TaskMove {
  return { move: 'endAttempt', error: { code, message } };
}
