import * as z from 'zod';
import { modelFitNames, providerNames } from './model.ts';

export const ProviderName = z.enum(providerNames);
export type ProviderName = z.infer<typeof ProviderName>;

/** What a person enters. It is tried before it is kept. */
export const SetProvider = z
  .strictObject({
    apiKey: z
      .string()
      .trim()
      .min(1, 'A key is not empty.')
      .max(500)
      .regex(/^[\x21-\x7e]+$/, 'A key has visible ASCII characters only.')
      .optional()
      .describe('Stored encrypted, shown by its last four. Only llama does without one'),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .max(500)
      .optional()
      .describe('A gateway, or a compatible server; llama always needs one. Ends in /v1 but for anthropic'),
    model: z.string().trim().min(1).max(200).optional().describe('Which model comes first'),
    fit: z
      .array(z.enum(modelFitNames))
      .min(1)
      .optional()
      .describe('llama only: what the model may be trusted with. Default for unknown ones: write, score'),
  })
  .meta({ id: 'SetProvider' });
export type SetProvider = z.infer<typeof SetProvider>;

export const ProviderOutage = z.object({
  model: z.string(),
  reason: z.string(),
  since: z.iso.datetime(),
  nextProbeAt: z.iso.datetime(),
});

/** A model server that runs on this machine and is not in use. */
export const FoundServer = z
  .object({
    name: z.string().describe('Ollama, LM Studio'),
    models: z.array(z.string()),
    add: z
      .object({ baseUrl: z.url(), model: z.string().optional() })
      .describe('The body with which PUT /providers/llama takes it into use'),
  })
  .meta({ id: 'FoundServer' });
export type FoundServer = z.infer<typeof FoundServer>;

export const Provider = z
  .object({
    name: ProviderName,
    source: z
      .enum(['stored', 'environment'])
      .nullable()
      .describe('Where its key comes from; a stored one wins. null = not configured'),
    last4: z.string().nullable(),
    baseUrl: z.string().nullable(),
    model: z.string().nullable(),
    fit: z.array(z.string()).nullable(),
    problem: z.string().nullable().describe('Why a stored key cannot be used'),
    outages: z.array(ProviderOutage).describe('Models that are out of service now'),
    updatedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Provider' });
export type Provider = z.infer<typeof Provider>;
