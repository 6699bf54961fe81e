import { classifyFailure, type FailureKind } from './classify-failure.ts';
import type { Health } from './port.ts';

const healthDeadlineMs = 5_000;
const silent = new Set<FailureKind>(['network', 'timeout', 'stalled', 'aborted']);

/** Never throws: a provider that cannot be reached is an answer, in a sentence for a person. */
export async function checkHealth(
  signal: AbortSignal,
  listModels: (signal: AbortSignal) => Promise<string[]>,
): Promise<Health> {
  const begun = performance.now();
  const latencyMs = () => Math.round(performance.now() - begun);
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(healthDeadlineMs)]);
    const models = await listModels(within);
    return { ok: true, answered: true, models, problem: null, latencyMs: latencyMs() };
  } catch (error) {
    const { kind, message } = classifyFailure(error);
    const answered = !silent.has(kind);
    return { ok: false, answered, models: [], problem: message, latencyMs: latencyMs() };
  }
}
