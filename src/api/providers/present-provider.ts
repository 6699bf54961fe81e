import type { Provider, ProviderName } from '../../contracts/provider.ts';
import type { ProviderKeyRow } from '../../db/mappings/provider-key.ts';
import type { Outage } from '../../db/providers/provider-health-store.ts';

export interface EnvironmentProvider {
  provider: ProviderName;
  baseUrl: string | null;
  model: string | null;
  fit: string[] | null;
  last4: string | null;
}

interface ProviderFacts {
  name: ProviderName;
  stored: ProviderKeyRow | undefined;
  /** The stored key can be read with this installation's secret. */
  readable: boolean;
  given: EnvironmentProvider | undefined;
  outages: Outage[];
}

/** Of a key nothing but its last four goes outward. A stored key that cannot be read leaves the environment's in use. */
export function presentProvider({ name, stored, readable, given, outages }: ProviderFacts): Provider {
  const inUse = stored && readable ? stored : given;
  const source = stored && readable ? 'stored' : given ? 'environment' : null;
  const problem =
    stored && !readable ? 'The stored key cannot be read with this SECRET_KEY. Enter it again.' : null;
  const account = source === 'stored' ? stored?.workspaceId : 'environment';
  return {
    name,
    source,
    last4: inUse?.last4 ?? null,
    baseUrl: inUse?.baseUrl ?? null,
    model: inUse?.model ?? null,
    fit: inUse?.fit ?? null,
    problem,
    outages: outages
      .filter((outage) => outage.provider === name && outage.account === account)
      .map(({ model, reason, since, openUntil }) => ({
        model,
        reason,
        since: since.toISOString(),
        nextProbeAt: openUntil.toISOString(),
      })),
    updatedAt: stored?.updatedAt.toISOString() ?? null,
  };
}
