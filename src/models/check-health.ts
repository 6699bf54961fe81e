import { classifyFailure } from './classify-failure.ts';
import type { Health } from './port.ts';

const healthDeadlineMs = 5_000;

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
    return { ok: true, models, problem: null, latencyMs: latencyMs() };
  } catch (error) {
    return { ok: false, models: [], problem: classifyFailure(error).message, latencyMs: latencyMs() };
  }
}
