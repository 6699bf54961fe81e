import * as z from 'zod';

/** What model calls cost, added up over ledger rows. Money in US dollars; null when a model without known prices took part. */
export const Cost = z
  .object({
    usd: z.number().nullable().describe('US dollars; null = the price of a model is not known'),
    calls: z.int(),
    inputTokens: z.int().describe('Includes cached ones'),
    cachedInputTokens: z.int(),
    outputTokens: z.int(),
  })
  .meta({ id: 'Cost' });
export type Cost = z.infer<typeof Cost>;

export const noCost: Cost = { usd: 0, calls: 0, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };
