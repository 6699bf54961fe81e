import * as z from 'zod';

export const providerNames = ['openai', 'anthropic', 'llama'] as const;

/** What a model can be fit for. */
export const modelFitNames = ['plan', 'tools', 'json', 'vision', 'write', 'score'] as const;

const price = (what: string) => z.number().min(0).max(1_000_000).describe(`US dollars per million ${what}`);

/** Published tokenizers that prompts can be counted with. */
export const tokenizerNames = ['o200k_base', 'cl100k_base'] as const;
export type TokenizerName = (typeof tokenizerNames)[number];

/** Prices as a person enters them. */
export const ModelPricesFrom = z.strictObject({
  from: z.iso.date().describe('The day, in UTC, from which they hold'),
  inputPerMTok: price('input tokens'),
  cachedInputPerMTok: price('input tokens that the provider had in its cache').optional(),
  cacheWritePerMTok: price('input tokens written to the cache').optional(),
  outputPerMTok: price('output tokens'),
});
export type ModelPricesFrom = z.infer<typeof ModelPricesFrom>;

/** What a workspace says about a model instead of the catalogue; what is left out stays as it is there. */
export const SetModel = z
  .strictObject({
    prices: z
      .array(ModelPricesFrom)
      .max(50)
      .optional()
      .describe('The latest one that has begun counts; before the first, the catalogue’s'),
    contextTokens: z.int().min(256).max(100_000_000).optional(),
    maxOutputTokens: z.int().min(16).max(10_000_000).optional(),
    fit: z.array(z.enum(modelFitNames)).min(1).optional(),
    aliases: z
      .array(z.string().trim().min(1).max(200))
      .max(20)
      .optional()
      .describe('Instead of the catalogue’s'),
    tokenizer: z
      .enum(tokenizerNames)
      .nullable()
      .optional()
      .describe('Counts its prompts before they are sent; null = they are estimated'),
    webSearch: z
      .strictObject({
        usdPerThousand: z.number().min(0).max(1_000_000).describe('US dollars per thousand searches'),
        asOf: z.iso.date().describe('The day on which it was looked up'),
      })
      .nullable()
      .optional()
      .describe('web_search may search with it, at this price; null = it may not'),
    requestsPerMinute: z.int().min(1).max(10_000_000).optional().describe('All workers together'),
    tokensPerMinute: z.int().min(1).max(10_000_000_000).optional().describe('All workers together'),
  })
  .meta({ id: 'SetModel' });
export type SetModel = z.infer<typeof SetModel>;

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
        asOf: z.string().describe('The day from which they hold, or on which they were entered'),
        checked: z.boolean().describe('Compared with what the provider publishes'),
      })
      .nullable()
      .describe('US dollars per million tokens; null = not known'),
    healthy: z
      .boolean()
      .nullable()
      .describe('false = its provider does not answer, or it is out of service; null = not tried yet'),
    problem: z.string().nullable().describe('Why it is not healthy'),
    latencyMs: z.int().nullable().describe('How long its provider took to say so'),
    aliases: z.array(z.string()),
    own: z.boolean().describe('The workspace says something else about it than the catalogue'),
    tokenizer: z
      .enum(tokenizerNames)
      .nullable()
      .describe('Counts its prompts before they are sent; null = they are estimated'),
    webSearch: z
      .object({
        usdPerThousand: z.number().describe('US dollars per thousand searches, besides their tokens'),
        asOf: z.string(),
        checked: z.boolean().describe('Compared with what the provider publishes'),
      })
      .nullable()
      .describe('The tool web_search may search with it; null = it does not'),
    requestsPerMinute: z.int().nullable().describe('Set by people; null = the provider’s own'),
    tokensPerMinute: z.int().nullable(),
    stallSeconds: z
      .number()
      .describe('A call that hears nothing for so long is broken off and made again; of the installation'),
  })
  .meta({ id: 'Model' });
export type ModelView = z.infer<typeof ModelView>;
