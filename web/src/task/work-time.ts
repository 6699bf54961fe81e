import type { Attempt, Task } from '../../../src/contracts/task.ts';
import { lasted } from '../words/format.ts';
import type { PlanRow } from './plan-rows.ts';

/**
 * How long a step was at work: its attempts without what they waited, up to where it waits now. Waiting for people, capacity, a
 * model or budget stands beside it and never inside it; so a step that only waits (for a person, for a time) has none. Milliseconds; null before it began.
 */
export function workTime({ step, tree, rows }: PlanRow, now: number): number | null {
  if (step.status === 'skipped' || step.kind === 'approval' || step.kind === 'wait') return null;
  if (step.status === 'cancelled' && step.attempt === 0) return null;
  const until = workedUntil(step, now);
  const attempts = rows.length === 0 ? (tree?.task.attempts ?? []) : [];
  if (attempts.length === 0) {
    const time = lasted(step, until);
    return time === null ? null : Math.max(0, time - (rows.length === 0 ? (tree?.task.waitedMs ?? 0) : 0));
  }
  return attempts.reduce((sum, attempt) => sum + attemptTime(attempt, until), 0);
}

/** Now, or when it began to stand still. */
export function workedUntil({ status, waiting }: PlanRow['step'], now: number): number {
  return status === 'waiting' && waiting ? Date.parse(waiting.since) : now;
}

/** Without what it waited. */
export function attemptTime(attempt: Attempt, now: number): number {
  return Math.max(0, (lasted(attempt, now) ?? 0) - attempt.waitedMs);
}

/** How long a step has waited since its work began, and now; null when it never did for longer than a blink. */
export function waitTime({ step, tree, rows }: PlanRow, now: number): number | null {
  if (step.kind === 'approval' || step.kind === 'wait') return lasted(step, now);
  const waits = step.status === 'waiting' && step.waiting ? step.waiting : null;
  const before = rows.length === 0 ? pastWaits(tree?.task) : 0;
  if (waits) return before + Math.max(0, now - Date.parse(waits.since));
  return before < blinkMs ? null : before;
}

/** Shorter ones are how the record hands things on, nothing that anybody waited for. */
const blinkMs = 1000;

function pastWaits(task: Task | undefined): number {
  if (!task) return 0;
  if (task.attempts.length === 0) return task.waitedMs;
  return task.attempts.reduce((sum, attempt) => sum + attempt.waitedMs, 0);
}
