/** Tool calls that search the web: a model provider that has a search of its own makes them, for money. */
import type { AgentSpec } from '../../contracts/agent.ts';
import type { ModelOutage } from '../../core/route-model.ts';
import { planSearch, type SearchRequest } from '../../core/web-search.ts';
import type { Tx } from '../record.ts';
import type { World } from '../standing/world.ts';
import { readWebSearch } from '../workspace-store.ts';
import type { Reserve } from './claim-call.ts';
import { breakerOf } from './give-up.ts';
import type { ToolInReach } from './tool-in-reach.ts';

export type { SearchRequest };

/** What the activity that makes the search needs of its claim. */
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

interface Searching {
  tool: ToolInReach;
  args: Record<string, unknown>;
  policy: AgentSpec['modelPolicy'] | null;
  outages: readonly ModelOutage[];
}

/** @returns null: the call is no search, or no provider's own search is to be used for it */
export async function paidSearchOf(
  tx: Tx,
  { tool, args, policy, outages }: Searching,
  { world, reserve }: { world: World; reserve: Reserve },
): Promise<PaidSearch | null> {
  const wish = tool.place === 'outside' ? tool.search?.(args) : undefined;
  if (!wish || !world.models.some(({ webSearch }) => webSearch)) return null;
  const planned = planSearch(world.models, wish, {
    by: await readWebSearch(tx),
    outages,
    policy,
    worst: (request, promptTokens) => reserve(request, promptTokens).microUsd,
  });
  if (!planned) return null;
  const { request, promptTokens } = planned;
  const account = breakerOf(world, request)?.account ?? 'environment';
  return { request, worst: reserve(request, promptTokens), account };
}
