import type { ModelView } from '../contracts/model.ts';
import type { ModelRegistry } from './registry.ts';

const healthKeptMs = 30_000;

/** The configured models as they are shown, each provider's health asked at most every half minute. */
export function describeModels(registry: ModelRegistry): () => Promise<ModelView[]> {
  let asked: { at: number; health: Promise<Map<string, boolean>> } | undefined;
  const health = () => {
    if (!asked || Date.now() - asked.at > healthKeptMs) asked = { at: Date.now(), health: askAll(registry) };
    return asked.health;
  };
  return async () => {
    const known = await health();
    return registry.entries.map(({ id, provider, contextTokens, maxOutputTokens, fit, prices }) => ({
      id,
      provider,
      contextTokens,
      maxOutputTokens,
      fit: [...fit],
      prices: prices && {
        inputPerMTok: prices.inputPerMTok,
        cachedInputPerMTok: prices.cachedInputPerMTok,
        outputPerMTok: prices.outputPerMTok,
        asOf: prices.asOf,
      },
      healthy: known.get(provider) ?? null,
    }));
  };
}

async function askAll({ providers }: ModelRegistry): Promise<Map<string, boolean>> {
  const answers = providers.map(async (provider): Promise<[string, boolean]> => {
    const { ok } = await provider.health(AbortSignal.timeout(6000));
    return [provider.name, ok];
  });
  return new Map(await Promise.all(answers));
}
