/** The search that a claim has set money aside for: as the tool asks for it, and what it came to. */
import { afterSearch } from '../src/core/unsearched.ts';
import type { ClaimedTool } from '../src/db/calls/claim-tool.ts';
import type { Unsearched } from '../src/db/calls/search-failed.ts';
import type { OwnSearch } from '../src/db/calls/tool-in-reach.ts';
import type { ClaimedSearch } from '../src/db/calls/who-searches.ts';
import type { LedgerClosing } from '../src/db/ledger-store.ts';
import type { RateLimits } from '../src/feed/rate-limits.ts';
import type { ModelFailure } from '../src/models/classify-failure.ts';
import type { CatalogueEntry } from '../src/models/catalogue-entry.ts';
import type { ModelProvider, Usage, WebSearchReply } from '../src/models/port.ts';
import { awaitTurn, limitKey } from './await-turn.ts';
import { bookFailure } from './book-failure.ts';
import type { Watch } from './job.ts';

interface Registry {
  provider(name: string): ModelProvider | null;
  entry(provider: string, model: string): CatalogueEntry | null;
}

export interface SearchParts {
  /** What the workspace uses, as of the claim. */
  registryOf(workspaceId: string): Registry;
  priceOf(usage: Usage, prices: CatalogueEntry['prices']): number | null;
  classifyFailure(error: unknown): ModelFailure;
  limits: RateLimits;
  stallMs: number;
}

export interface OpenSearch {
  port: OwnSearch;
  /** What is known of it by now: a search that was asked for and has not ended may have been paid. */
  closing(stopped: boolean): LedgerClosing;
  /** Why it did not search, and what follows from that. */
  unsearched(why: string): Unsearched;
}

/** @returns when the search may go out, if its provider's limit leaves no room now */
export async function searchTurn(
  { limits }: SearchParts,
  { key, search }: ClaimedTool,
  { registry, watch }: { registry: Registry; watch: Watch },
): Promise<{ until: Date; why: string } | null> {
  if (!search) return null;
  const set = registry.entry(search.request.provider, search.request.model);
  return awaitTurn({ limits, watch, claimed: { key, ...search }, set });
}

/** @returns undefined: the claim set nothing aside, because the call is no search or somebody else makes it */
export function openSearch(
  parts: SearchParts,
  { key, try: tryNumber, search }: ClaimedTool,
  registry: Registry,
): OpenSearch | undefined {
  if (!search) return undefined;
  const provider = registry.provider(search.request.provider);
  const seen: Seen = { startedAt: null, closing: null, failure: null };
  const ask: OwnSearch['ask'] = async (signal) => {
    const name = search.request.provider;
    if (!provider?.searchWeb) throw new Error(`The provider ${name} does not search the web here.`);
    seen.startedAt = performance.now();
    try {
      const reply = await provider.searchWeb(search.request, {
        signal,
        stallMs: parts.stallMs,
        callKey: key,
        try: tryNumber,
        onLimits: (limits) => parts.limits.learn(limitKey(search), limits),
      });
      seen.closing = book(parts, search, { reply, latencyMs: tookBy(seen) });
      return { pages: reply.pages, problem: reply.problem };
    } catch (error) {
      seen.failure = parts.classifyFailure(error);
      seen.closing = bookFailure(seen.failure, tookBy(seen));
      throw new Error(seen.failure.message, { cause: error });
    }
  };
  return {
    port: { ask },
    closing: (stopped) => {
      const lost = stopped ? 'aborted' : 'unknown';
      const { startedAt, closing } = seen;
      if (closing) return closing.outcome === 'unknown' ? { ...closing, outcome: lost } : closing;
      if (startedAt === null) return { outcome: 'failed', microUsd: 0, latencyMs: 0 };
      return { outcome: lost, microUsd: null, latencyMs: tookBy(seen) };
    },
    unsearched: (why) => {
      const { startedAt, closing, failure } = seen;
      const follows = afterSearch({ asked: startedAt !== null, booked: closing?.outcome ?? null, failure });
      return { as: 'unsearched', why, ...follows };
    },
  };
}

/** What is known of a search by now. */
interface Seen {
  startedAt: number | null;
  closing: LedgerClosing | null;
  failure: ModelFailure | null;
}

function tookBy({ startedAt }: Seen): number {
  return startedAt === null ? 0 : performance.now() - startedAt;
}

/** A search service has no breaker and costs us nothing: the next one is asked. */
export function unsearchedByService(why: string): Unsearched {
  return { as: 'unsearched', why, again: false, outage: null, whole: true };
}

function book(
  parts: SearchParts,
  search: ClaimedSearch,
  { reply, latencyMs }: { reply: WebSearchReply; latencyMs: number },
): LedgerClosing {
  const { usage, usageSource, requestId } = reply;
  parts.limits.giveBack(limitKey(search), search.tokens - usage.inputTokens - usage.outputTokens);
  return {
    outcome: 'ok',
    usage,
    reported: usageSource === 'reported',
    // The price that was set aside for it, whatever the catalogue says by now.
    microUsd: parts.priceOf(usage, search.price as CatalogueEntry['prices']),
    latencyMs,
    requestId,
  };
}
