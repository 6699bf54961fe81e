import type { ModelView } from '../contracts/model.ts';
import { pricesAt } from './catalogue.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import type { Health } from './port.ts';
import type { ModelRegistry } from './registry.ts';

const healthKeptMs = 30_000;

interface Asked {
  at: number;
  health: Promise<Map<string, Health>>;
}

/** Models as they are shown, each provider's health asked at most every half minute as long as its registry lives. */
export function createModelDescriber({
  stallMs,
}: {
  stallMs: number;
}): (
  registry: ModelRegistry,
  outageOf: (model: { provider: string; id: string }) => string | null,
) => Promise<ModelView[]> {
  const asked = new WeakMap<ModelRegistry, Asked>();
  const healthOf = (registry: ModelRegistry) => {
    const known = asked.get(registry);
    if (known && Date.now() - known.at <= healthKeptMs) return known.health;
    const health = askAll(registry);
    asked.set(registry, { at: Date.now(), health });
    return health;
  };
  return async (registry, outageOf) => {
    const known = await healthOf(registry);
    const now = new Date();
    return registry.entries.map((entry) =>
      describe(entry, { now, stallMs, health: known.get(entry.provider) ?? null, outage: outageOf(entry) }),
    );
  };
}

interface Condition {
  now: Date;
  stallMs: number;
  health: Health | null;
  /** Why it is out of service; null: it is not. */
  outage: string | null;
}

function describe(entry: CatalogueEntry, { now, stallMs, health, outage }: Condition): ModelView {
  const { id, provider, contextTokens, maxOutputTokens, fit, aliases } = entry;
  const prices = pricesAt(entry, now);
  return {
    ...{ id, provider, contextTokens, maxOutputTokens },
    fit: [...fit],
    prices: prices && {
      inputPerMTok: prices.inputPerMTok,
      cachedInputPerMTok: prices.cachedInputPerMTok,
      outputPerMTok: prices.outputPerMTok,
      asOf: prices.asOf,
      checked: prices.checked,
    },
    healthy: outage === null ? (health?.ok ?? null) : false,
    problem: outage ?? health?.problem ?? null,
    latencyMs: health?.latencyMs ?? null,
    aliases: [...aliases],
    own: entry.own ?? false,
    tokenizer: entry.tokenizer ?? null,
    webSearch: entry.webSearch ? { ...entry.webSearch.price } : null,
    requestsPerMinute: entry.requestsPerMinute ?? null,
    tokensPerMinute: entry.tokensPerMinute ?? null,
    stallSeconds: stallMs / 1000,
  };
}

async function askAll({ providers }: ModelRegistry): Promise<Map<string, Health>> {
  const answers = providers.map(
    async (provider): Promise<[string, Health]> => [
      provider.name,
      await provider.health(AbortSignal.timeout(6000)),
    ],
  );
  return new Map(await Promise.all(answers));
}
