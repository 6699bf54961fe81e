import { createModelRegistry } from './registry.ts';
import type { Health } from './port.ts';
import { type StoredSettings, withStored } from './workspace-models.ts';

const tryMs = 5_000;

/** Asks the provider with these settings alone how it is: the cheapest call that a wrong key does not survive. */
export async function tryKey(settings: StoredSettings): Promise<Pick<Health, 'ok' | 'answered' | 'problem'>> {
  const provider = createModelRegistry(withStored({}, settings)).provider(settings.provider);
  if (!provider) return { ok: false, answered: true, problem: 'The settings are not complete.' };
  const { ok, answered, problem } = await provider.health(AbortSignal.timeout(tryMs));
  return { ok, answered, problem: problem && withoutKey(problem, settings.apiKey) };
}

/** Providers like to quote the key that they refuse. */
function withoutKey(text: string, apiKey: string | null): string {
  return apiKey === null ? text : text.replaceAll(apiKey, '…');
}
