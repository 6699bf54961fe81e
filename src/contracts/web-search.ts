import * as z from 'zod';

/** Who can search the web for the tool `web_search`: model providers with a search of their own, and search services by key. */
export const webSearchers = ['openai', 'anthropic', 'brave', 'tavily', 'searxng'] as const;
export const WebSearcher = z.enum(webSearchers);
export type WebSearcher = z.infer<typeof WebSearcher>;

export const searchServices = ['brave', 'tavily', 'searxng'] as const satisfies readonly WebSearcher[];
export type SearchServiceName = (typeof searchServices)[number];

export const webSearcherTitles: Record<WebSearcher, string> = {
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  brave: 'Brave',
  tavily: 'Tavily',
  searxng: 'SearXNG',
};

/** Who searches, in which order. */
export const WebSearchBy = z.union([
  z.enum(['auto', ...webSearchers]),
  z
    .array(WebSearcher)
    .min(1)
    .max(webSearchers.length)
    .refine((names) => new Set(names).size === names.length, 'Each of them once.'),
]);
export type WebSearchBy = z.infer<typeof WebSearchBy>;

export const WebSearcherView = z
  .object({
    name: WebSearcher,
    place: z.int().nullable().describe('When it is asked: 1 is first; null = it is not asked'),
    ready: z.boolean().describe('It could be asked now'),
    problem: z.string().nullable().describe('Why it could not'),
    source: z
      .enum(['stored', 'environment'])
      .nullable()
      .describe('Where its key or address comes from; null = it is not set up'),
    models: z
      .array(
        z.object({
          id: z.string(),
          usdPerThousand: z.number().describe('US dollars per thousand searches, besides their tokens'),
        }),
      )
      .describe('Of a model provider: those that it searches with'),
  })
  .meta({ id: 'WebSearcher' });
export type WebSearcherView = z.infer<typeof WebSearcherView>;

export const WebSearch = z
  .object({
    by: WebSearchBy.describe('What the workspace says'),
    items: z.array(WebSearcherView).describe('In the order in which they are asked; then those that are not'),
  })
  .meta({ id: 'WebSearch' });
export type WebSearch = z.infer<typeof WebSearch>;
