import { lasted } from '../words/format.ts';
import type { PlanRow } from './plan-rows.ts';

/**
 * How long a step was at work: its attempts, up to where it began to wait. Waiting for people, capacity, a model or budget stands
 * beside it and never inside it; so a step that only waits (for a person, for a time) has none. Milliseconds; null before it began.
 */
export function workTime({ step, tree, rows }: PlanRow, now: number): number | null {
  if (step.status === 'skipped' || step.kind === 'approval' || step.kind === 'wait') return null;
  if (step.status === 'cancelled' && step.attempt === 0) return null;
  const until = step.status === 'waiting' && step.waiting ? Date.parse(step.waiting.since) : now;
  const attempts = rows.length === 0 ? (tree?.task.attempts ?? []) : [];
  if (attempts.length === 0) return lasted(step, until);
  return attempts.reduce((sum, attempt) => sum + (lasted(attempt, until) ?? 0), 0);
}

/** How long a step that stands still now has waited; null when it does not. */
export function waitTime({ step }: PlanRow, now: number): number | null {
  if (step.kind === 'approval' || step.kind === 'wait') return lasted(step, now);
  return step.status === 'waiting' && step.waiting ? Math.max(0, now - Date.parse(step.waiting.since)) : null;
}
