import type { Failure } from '../src/contracts/task.ts';
import { overWindow } from '../src/core/context/over-window.ts';
import type { ModelFailure } from '../src/models/classify-failure.ts';

const codeOf: Partial<Record<ModelFailure['kind'], string>> = {
  aborted: 'cancelled',
  context_too_long: overWindow,
};

/** Outcomes that may have been paid although no answer came. */
const maybePaid = new Set(['network', 'stalled', 'timeout', 'malformed', 'aborted', 'unknown']);

/** What a try that brought no answer is booked as: at nothing when it certainly was not paid, else at the most that it could cost. */
export function bookFailure(
  failure: ModelFailure,
  latencyMs: number,
): { outcome: 'failed' | 'unknown'; microUsd: 0 | null; latencyMs: number; error: Failure } {
  const error = { code: codeOf[failure.kind] ?? 'model_failed', message: failure.message };
  const lost = maybePaid.has(failure.kind) && failure.sent;
  return { outcome: lost ? 'unknown' : 'failed', microUsd: lost ? null : 0, latencyMs, error };
}
