import * as z from 'zod';

export const providerNames = ['openai', 'anthropic', 'llama'] as const;

/** What a model can be fit for. */
export const modelFitNames = ['plan', 'tools', 'json', 'vision', 'write', 'score'] as const;

/** A model that is configured here. */
export const ModelView = z
  .object({
    id: z.string(),
    provider: z.string(),
    contextTokens: z.int(),
    maxOutputTokens: z.int(),
    fit: z.array(z.string()).describe('plan, tools, json, vision, write, score'),
    prices: z
      .object({
        inputPerMTok: z.number(),
        cachedInputPerMTok: z.number(),
        outputPerMTok: z.number(),
        asOf: z.string(),
      })
      .nullable()
      .describe('US dollars per million tokens; null = not known'),
    healthy: z
      .boolean()
      .nullable()
      .describe('false = its provider does not answer, or it is out of service; null = not tried yet'),
  })
  .meta({ id: 'Model' });
export type ModelView = z.infer<typeof ModelView>;
