import type { ModelView } from '../contracts/model.ts';
import type { ModelRegistry } from './registry.ts';

const healthKeptMs = 30_000;

interface Asked {
  at: number;
  health: Promise<Map<string, boolean>>;
}

/** Models as they are shown, each provider's health asked at most every half minute as long as its registry lives. */
export function createModelDescriber(): (
  registry: ModelRegistry,
  isOut: (model: { provider: string; id: string }) => boolean,
) => Promise<ModelView[]> {
  const asked = new WeakMap<ModelRegistry, Asked>();
  const healthOf = (registry: ModelRegistry) => {
    const known = asked.get(registry);
    if (known && Date.now() - known.at <= healthKeptMs) return known.health;
    const health = askAll(registry);
    asked.set(registry, { at: Date.now(), health });
    return health;
  };
  return async (registry, isOut) => {
    const known = await healthOf(registry);
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
      healthy: isOut({ provider, id }) ? false : (known.get(provider) ?? null),
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
