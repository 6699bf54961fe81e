/** Where one row stands: may it start, is it at work, must it wait, has it ended? Timeouts and retries are decided here. */
import type { Step, StepRetry } from '../../contracts/workflow.ts';
import { changeStep } from './change-step.ts';
import { durationMilliseconds } from './durations.ts';
import { hasWaited, remindAtOf, waitUntilOf } from './waits.ts';
import { resolveWith } from './resolve-with.ts';
import { type StepError, type StepRow, stepKey } from './step-rows.ts';
import { attemptExpression, scopeOf, type StepState, type Walk, wakeBy } from './walk.ts';
import type { IndexedStep } from './definition-index.ts';

export type Attempt = { at: 'free' | 'busy' | 'later' } | { at: 'ended'; state: StepState };

export function readAttempt(walk: Walk, step: Step, index: number | null): Attempt {
  const row = walk.rows.get(stepKey(step.id, index));
  if (row === undefined) return { at: 'free' };
  switch (row.status) {
    case 'completed':
      return { at: 'ended', state: { status: 'completed', output: row.output } };
    case 'skipped':
      return { at: 'ended', state: { status: 'skipped' } };
    case 'cancelled':
      return { at: 'ended', state: { status: 'cancelled', error: row.error ?? cancelledByHand } };
    case 'failed':
      return afterFailure(walk, step, row, row.error ?? unknownFailure);
    case 'pending':
      if (row.dueAt === null || row.dueAt <= walk.now) return { at: 'free' };
      wakeBy(walk, row.dueAt);
      return { at: 'later' };
    default:
      return readRunning(walk, step, row);
  }
}

/** Starts the step, or its item; answers the error when its `with` cannot be resolved. */
export function startAttempt(
  walk: Walk,
  { step: defined, pointer }: IndexedStep,
  item?: { index: number; value: unknown },
): StepError | null {
  const index = item?.index ?? null;
  const key = stepKey(defined.id, index);
  const before = walk.rows.get(key);
  const step = before?.changed ? changeStep(defined, before.changed) : defined;
  const scope = scopeOf(walk, item && { name: step.forEach?.as ?? 'item', value: item.value });
  const resolved = attemptExpression(() => resolveWith(step, scope, pointer));
  if ('error' in resolved) return resolved.error;
  const timeout = step.timeout === null ? null : durationMilliseconds(step.timeout);
  const dueAt = timeout === null ? null : walk.now + timeout;
  const waitUntil = attemptExpression(() => waitUntilOf(step, resolved.value, { now: walk.now, pointer }));
  if ('error' in waitUntil) return waitUntil.error;
  const attempt = (before?.attempts ?? 0) + 1;
  const start = { key, stepId: step.id, index, kind: step.kind, with: resolved.value, attempt, dueAt };
  const remindAt = remindAtOf(step, waitUntil.value);
  walk.out.start.push({ ...start, waitUntil: waitUntil.value, remindAt });
  wakeBy(walk, dueAt);
  wakeBy(walk, remindAt ?? waitUntil.value);
  return null;
}

/** Milliseconds to wait after `attempts` attempts. */
export function retryDelay(retry: StepRetry, attempts: number): number {
  const first = durationMilliseconds(retry.initialInterval) ?? 1000;
  const most = durationMilliseconds(retry.maxInterval) ?? 600_000;
  return Math.round(Math.min(most, first * retry.backoff ** Math.max(0, attempts - 1)));
}

const cancelledByHand: StepError = {
  code: 'cancelled',
  message: 'The step was cancelled.',
  retryable: false,
};
const unknownFailure: StepError = { code: 'step_failed', message: 'The step failed without saying why.' };

function readRunning(walk: Walk, step: Step, row: StepRow): Attempt {
  const waited = hasWaited(step, row, walk.now);
  if (waited !== null) {
    if ('error' in waited) return afterFailure(walk, step, row, waited.error);
    const { key, stepId, index } = row;
    walk.out.settle.push({ key, stepId, index, status: 'completed', output: waited.output });
    return { at: 'ended', state: { status: 'completed', output: waited.output } };
  }
  if (row.dueAt === null || row.dueAt > walk.now) {
    wakeBy(walk, row.dueAt);
    wakeBy(walk, row.waitUntil ?? null);
    remind(walk, row);
    return { at: 'busy' };
  }
  walk.out.cancel.push(row.key);
  return afterFailure(walk, step, row, {
    code: 'timed_out',
    message: `The step took longer than ${step.timeout}.`,
  });
}

function remind(walk: Walk, { key, remindAt = null }: StepRow): void {
  if (remindAt !== null && remindAt <= walk.now) walk.out.remind.push(key);
  else wakeBy(walk, remindAt);
}

function afterFailure(walk: Walk, step: Step, row: StepRow, error: StepError): Attempt {
  const { key, stepId, index } = row;
  if (step.retry !== null && row.attempts < step.retry.maxAttempts && error.retryable !== false) {
    const dueAt = walk.now + retryDelay(step.retry, row.attempts);
    walk.out.settle.push({ key, stepId, index, status: 'pending', dueAt, error });
    wakeBy(walk, dueAt);
    return { at: 'later' };
  }
  if (row.status !== 'failed') walk.out.settle.push({ key, stepId, index, status: 'failed', error });
  return { at: 'ended', state: { status: 'failed', error } };
}
