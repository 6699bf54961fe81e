import * as z from 'zod';
import type { Network } from '../net/network.ts';
import { askService, type SearchService } from './search-service.ts';

const Answer = z.object({
  results: z.array(z.object({ title: z.string(), url: z.string(), content: z.string().nullish() })),
});

/** A SearXNG of one's own; its settings must allow the format "json". */
export function searxngSearch(network: Network, { baseUrl }: { baseUrl: string }): SearchService {
  return {
    name: 'SearXNG',
    search: async ({ query, count, signal }) => {
      const address = new URL(`${baseUrl.replace(/\/$/, '')}/search`);
      address.search = new URLSearchParams({ q: query, format: 'json' }).toString();
      const ask = { service: 'SearXNG', method: 'GET' as const, url: address.href, signal };
      const { results } = await askService(network, ask, Answer);
      return results
        .slice(0, count)
        .map(({ title, url, content }) => ({ title, url, snippet: content ?? '' }));
    },
  };
}
