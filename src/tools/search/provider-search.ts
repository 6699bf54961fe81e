import { NetFault } from '../net/net-fault.ts';
import type { OwnSearch } from '../tool.ts';
import type { SearchService } from './search-service.ts';

/** A model provider's own search, asked as a search service is. Its one request was made by the claim of the call. */
export function providerSearch({ ask }: OwnSearch): Pick<SearchService, 'search'> {
  return {
    search: async ({ count, signal }) => {
      const { pages, problem } = await ask(signal).catch((error: unknown) => {
        throw new NetFault('unreachable', error instanceof Error ? error.message : String(error));
      });
      if (problem !== null && pages.length === 0) throw new NetFault('unreachable', problem);
      return pages.slice(0, count).map(({ title, url, excerpt }) => ({ title, url, snippet: excerpt }));
    },
  };
}
