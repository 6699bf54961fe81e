import { type CreateCredential, Credential } from '../../../src/contracts/credential.ts';
import { WebSearch, type WebSearcher, type WebSearcherView } from '../../../src/contracts/web-search.ts';
import { at } from './fixtures.ts';
import { idOf } from './ids.ts';

const searcher = (name: WebSearcher, part: Partial<WebSearcherView> = {}): WebSearcherView => {
  return {
    name,
    place: null,
    ready: false,
    problem: 'It has no key here.',
    source: null,
    models: [],
    ...part,
  };
};

/** Two with a key, three without. */
export const someSearch = (): WebSearch =>
  WebSearch.parse({
    by: 'auto',
    items: [
      searcher('anthropic', {
        ...{ place: 1, ready: true, problem: null, source: 'stored' },
        models: [{ id: 'claude-haiku', usdPerThousand: 10 }],
      }),
      searcher('brave', { place: 2, ready: true, problem: null, source: 'environment' }),
      searcher('openai'),
      searcher('tavily', {
        problem: 'It has no key here. Store one as a credential called “tavily”, or set TAVILY_API_KEY.',
      }),
      searcher('searxng', { problem: 'It has no address here. Set SEARXNG_URL.' }),
    ],
  });

export function credential({ name, secret, hosts, placement }: CreateCredential): Credential {
  const times = { createdAt: at(1), updatedAt: at(1) };
  const last4 = secret.slice(-4);
  return Credential.parse({
    id: idOf('crd', 1),
    name,
    hosts,
    placement,
    last4,
    problem: null,
    version: 1,
    ...times,
  });
}
