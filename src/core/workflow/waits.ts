/**
 * Steps that stand still: `wait` until a time or until somebody answers what it asks, `approval` until a person has decided.
 *
 * 1. Until when is decided once, when the step starts, and kept as a time in its row: a clock that is skipped or a worker that was
 *    away changes nothing.
 * 2. A wait step completes at that time, with `{ until }` as its output; an approval has expired then, which counts as denied.
 * 3. A step's own `timeout` still holds: whichever comes first.
 * 4. People are reminded of an approval once, at a time that is decided and kept in the same way.
 */
import type { Json, Step } from '../../contracts/workflow.ts';
import { durationMilliseconds, zonedMilliseconds } from './durations.ts';
import { ExpressionError } from './evaluate.ts';
import type { Start, StepError, StepRow } from './step-rows.ts';
import { headOf } from '../context/clip.ts';

/** Milliseconds since 1970, or null for a step that has no such time. @throws ExpressionError for a text that is no time */
export function waitUntilOf(
  step: Step,
  given: Record<string, Json>,
  { now, pointer }: { now: number; pointer: string },
): number | null {
  if (step.kind === 'approval') return after(now, step.with.expiresIn);
  if (step.kind !== 'wait') return null;
  if (step.with.until === null) return after(now, step.with.for);
  const text = textOf(given.until);
  const until = zonedMilliseconds(text);
  if (until !== null) return until;
  const message = `"${headOf(text, 100)}" is no time with its zone, such as "2030-01-31T09:00:00Z".`;
  throw new ExpressionError(`${pointer}/with/until`, message);
}

/** When people are told once more; null: not at all. */
export function remindAtOf(step: Step, waitUntil: number | null): number | null {
  if (step.kind !== 'approval' || step.with.remindBefore === null || waitUntil === null) return null;
  return waitUntil - (durationMilliseconds(step.with.remindBefore) ?? 0);
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function after(now: number, duration: string | null): number | null {
  const length = duration === null ? null : durationMilliseconds(duration);
  return length === null ? null : now + length;
}

/** What became of a step whose time has come; null while it has not. */
export function hasWaited(
  step: Step,
  { waitUntil = null, dueAt }: StepRow,
  now: number,
): { output: Json } | { error: StepError } | null {
  if (waitUntil === null || waitUntil > now || (dueAt !== null && dueAt < waitUntil)) return null;
  if (step.kind === 'wait') return { output: { until: new Date(waitUntil).toISOString() } };
  return { error: deniedBecause('expired') };
}

export const approvalDenied = 'approval_denied';

/** A person's no is final: a retry would only ask again. */
export function deniedBecause(reason: string | null): StepError {
  return {
    code: approvalDenied,
    message: reason ? `Not approved: ${reason}` : 'Not approved.',
    retryable: false,
  };
}

/** Why a step stands still, for people. */
export function waitingWords({
  kind,
  waitUntil,
  with: given,
}: Pick<Start, 'kind' | 'waitUntil' | 'with'>): string {
  if (kind === 'wait' && waitUntil === null) return textOf(given.message);
  if (kind === 'wait') return `Until ${clockTime(waitUntil ?? 0)}`;
  const title = textOf(given.title);
  return waitUntil === null ? title : `${title} (expires at ${clockTime(waitUntil)})`;
}

/** "14:30 on 22 November 2026 (UTC)" */
function clockTime(time: number): string {
  const at = new Date(time);
  const clock = at.toLocaleTimeString('en-GB', { timeZone: 'UTC', hour: '2-digit', minute: '2-digit' });
  const day = at.toLocaleDateString('en-GB', {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
  return `${clock} on ${day} (UTC)`;
}
