import type { WebSearch } from '../contracts/web-search.ts';
import type { ModelCandidate } from '../core/route-model.ts';
import { describeSearchers, type SetUpService } from '../core/searchers.ts';
import type { SearchNeeds } from '../core/web-search.ts';
import { type SearchTool, setUpServices } from './calls/who-searches.ts';
import { findCredentialByName, openSecret } from './credentials/credential-store.ts';
import { listOutages } from './providers/provider-health-store.ts';
import type { Tx } from './record.ts';
import type { Sealer } from './seal.ts';
import { readWebSearch } from './workspace-store.ts';

export interface SearchersAround {
  models: readonly ModelCandidate[];
  worst: SearchNeeds['worst'];
  tools: readonly SearchTool[];
  sealer: Sealer;
}

/** Who searches the web for this workspace, in which order, and who could not now. */
export async function readWebSearchers(
  tx: Tx,
  { models, worst, tools, sealer }: SearchersAround,
): Promise<WebSearch> {
  const by = await readWebSearch(tx);
  const services: SetUpService[] = [];
  for (const { name, source } of await setUpServices(tx, tools)) {
    const row = source === 'stored' ? await findCredentialByName(tx, name) : null;
    const readable = row === null || openSecret(row, sealer) !== null;
    const problem = readable ? null : 'Its credential cannot be read with this SECRET_KEY. Enter it again.';
    services.push({ name, source, problem });
  }
  const outages = await listOutages(tx);
  return { by, items: describeSearchers({ by, models, outages, services, worst }) };
}
