import * as z from 'zod';
import type { Network } from '../net/network.ts';
import { askService, type SearchService } from './search-service.ts';

const Answer = z.object({
  web: z
    .object({
      results: z.array(z.object({ title: z.string(), url: z.string(), description: z.string().default('') })),
    })
    .optional(),
});

export const braveUrl = 'https://api.search.brave.com/res/v1/web/search';

export function braveSearch(
  network: Network,
  { key, url = braveUrl }: { key: string; url?: string },
): SearchService {
  return {
    name: 'Brave',
    search: async ({ query, count, signal }) => {
      const address = new URL(url);
      address.search = new URLSearchParams({
        q: query,
        count: String(count),
        text_decorations: 'false',
      }).toString();
      const headers = { 'x-subscription-token': key };
      const ask = { service: 'Brave', method: 'GET' as const, url: address.href, headers, key, signal };
      const { web } = await askService(network, ask, Answer);
      return (web?.results ?? []).map(({ title, url: found, description }) => ({
        title,
        url: found,
        snippet: description,
      }));
    },
  };
}
