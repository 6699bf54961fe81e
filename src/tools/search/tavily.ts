import * as z from 'zod';
import type { Network } from '../net/network.ts';
import { askService, type SearchService } from './search-service.ts';

const Answer = z.object({
  results: z.array(z.object({ title: z.string(), url: z.string(), content: z.string().default('') })),
});

export const tavilyUrl = 'https://api.tavily.com/search';

export function tavilySearch(
  network: Network,
  { key, url = tavilyUrl }: { key: string; url?: string },
): SearchService {
  return {
    name: 'Tavily',
    search: async ({ query, count, signal }) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ query, max_results: count });
      const ask = { service: 'Tavily', method: 'POST' as const, url, headers, body, key, signal };
      const { results } = await askService(network, ask, Answer);
      return results.map(({ title, url: found, content }) => ({ title, url: found, snippet: content }));
    },
  };
}
