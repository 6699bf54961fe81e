/**
 * Tool calls that search the web: who is asked next. A model provider that has a search of its own makes it for money; a search service makes
 * it with its own key.
 */
import type { AgentSpec } from '../../contracts/agent.ts';
import type { ToolCard } from '../../contracts/tool-card.ts';
import { type SearchServiceName, searchServices } from '../../contracts/web-search.ts';
import type { ModelOutage } from '../../core/route-model.ts';
import { nextSearch, type SearchFailure, type SearchRequest } from '../../core/web-search.ts';
import { credentialsNamed } from '../credentials/credential-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { Tx } from '../record.ts';
import type { World } from '../standing/world.ts';
import { readWebSearch } from '../workspace-store.ts';
import type { Reserve } from './claim-call.ts';
import { breakerOf } from './give-up.ts';
import type { ToolInReach } from './tool-in-reach.ts';

export type { SearchRequest };

/** What the activity that makes a provider's search needs of its claim. */
export interface ClaimedSearch {
  callId: string;
  request: SearchRequest;
  /** What its tokens and searches cost; null when nobody knows. */
  price: unknown;
  /** Whose key it is made with. */
  account: string;
  /** The most that it can take, in tokens. */
  tokens: number;
}

export interface PaidSearch {
  request: SearchRequest;
  worst: ReturnType<Reserve>;
  account: string;
}

/** One of them; none of them: the call is no search. */
export interface WhoSearches {
  paid?: PaidSearch;
  service?: { name: SearchServiceName; reason: string };
  /** Why not, for whoever wanted the search. */
  nobody?: string;
}

interface Searching {
  tool: ToolInReach;
  args: Record<string, unknown>;
  policy: AgentSpec['modelPolicy'] | null;
  outages: readonly ModelOutage[];
}

export async function whoSearches(
  tx: Tx,
  { tool, args, policy, outages }: Searching,
  { effect, world, reserve }: { effect: EffectRow; world: World; reserve: Reserve },
): Promise<WhoSearches> {
  const wish = tool.place === 'outside' ? tool.search?.(args) : undefined;
  if (!wish) return {};
  const next = nextSearch(world.models, wish, {
    by: await readWebSearch(tx),
    services: (await setUpServices(tx, world.tools)).map(({ name }) => name),
    outages,
    policy,
    failed: failedOf(effect),
    worst: (request, promptTokens) => reserve(request, promptTokens).microUsd,
  });
  if (next.by === 'nobody') return { nobody: next.why };
  if (next.by === 'service') return { service: { name: next.service, reason: next.reason } };
  const { request, promptTokens } = next;
  const account = breakerOf(world, request)?.account ?? 'environment';
  return { paid: { request, worst: reserve(request, promptTokens), account } };
}

/** Who was asked for this call and did not search. */
export function failedOf({ input }: Pick<EffectRow, 'input'>): SearchFailure[] {
  return (input.failed as SearchFailure[] | undefined) ?? [];
}

/** What a tool says of services that it can ask without a key of the workspace. */
export type SearchTool = Pick<ToolCard, 'name'> & { searchServices?: readonly SearchServiceName[] };

/** Search services with a key: a credential of the workspace goes before the environment's. */
export async function setUpServices(
  tx: Tx,
  tools: readonly SearchTool[],
): Promise<{ name: SearchServiceName; source: 'stored' | 'environment' }[]> {
  const stored = await credentialsNamed(tx, storable);
  const given = tools.flatMap((tool) => tool.searchServices ?? []);
  const of = (name: SearchServiceName) => (stored.includes(name) ? 'stored' : 'environment');
  return searchServices
    .filter((name) => stored.includes(name) || given.includes(name))
    .map((name) => ({ name, source: of(name) }) as const)
    .toSorted((one, other) => Number(one.source === 'environment') - Number(other.source === 'environment'));
}

const storable: readonly SearchServiceName[] = ['brave', 'tavily'];
