import * as z from 'zod';
import { Cost } from './cost.ts';
import { AgentId, RunId, TaskId, idSchema } from './ids.ts';
import { EffectStatus } from './status.ts';
import { Failure } from './task.ts';

/** One try at one paid call. */
export const LedgerEntryView = z
  .object({
    id: idSchema('ledgerEntry'),
    callId: z.string().describe('GET /model-calls/{callId} has the exact request and reply'),
    kind: z
      .enum(['model', 'search'])
      .describe('search: the tool web_search, by a model provider’s own search'),
    try: z.int(),
    taskId: TaskId,
    runId: RunId.nullable(),
    agentId: AgentId.nullable(),
    attempt: z.int(),
    provider: z.string(),
    model: z.string(),
    purpose: z.string(),
    outcome: z.string().describe('open, ok, failed, aborted, or unknown: lost, and booked at its maximum'),
    inputTokens: z.int().describe('Includes cached ones'),
    cachedInputTokens: z.int(),
    cacheWriteTokens: z.int(),
    outputTokens: z.int().describe('Includes reasoning'),
    reasoningTokens: z.int(),
    searches: z.int().describe('Of a search: those that the provider charges for'),
    usd: z.number().nullable().describe('US dollars; null = not known, or not yet'),
    latencyMs: z.int().nullable(),
    requestId: z.string().nullable().describe('The provider’s name for it'),
    error: Failure.nullable(),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'LedgerEntry' });
export type LedgerEntryView = z.infer<typeof LedgerEntryView>;

export const TranscriptEntryView = z
  .object({
    seq: z.int(),
    attempt: z.int(),
    turn: z.int(),
    role: z.string(),
    content: z.unknown(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'TranscriptEntry' });
export type TranscriptEntryView = z.infer<typeof TranscriptEntryView>;

/** Why this model. */
export const ModelRoute = z
  .object({
    reason: z.string(),
    candidates: z
      .array(z.looseObject({ provider: z.string(), model: z.string() }))
      .describe('The chosen one first'),
    rejected: z.array(z.object({ provider: z.string(), model: z.string(), why: z.string() })),
  })
  .meta({ id: 'ModelRoute' });

/** How a prompt was fitted into the window, in tokens as they were counted before it was sent. */
export const ModelCallPacking = z
  .object({
    room: z.int().describe('Of the window, less what is kept for the answer'),
    total: z.int(),
    counter: z
      .string()
      .describe(
        'Who counted: the model’s tokenizer, or "estimate"; either is corrected by what the model reported before',
      ),
    reported: z.int().nullable().describe('What the provider counted'),
    kept: z.array(z.object({ id: z.string(), tokens: z.int(), cut: z.boolean() })),
    left: z.array(z.object({ id: z.string(), tokens: z.int(), why: z.string() })),
  })
  .meta({ id: 'ModelCallPacking' });

/** What was sent to a model and what came back, word for word. */
export const ModelCallView = z
  .object({
    id: idSchema('modelCall'),
    taskId: TaskId,
    attempt: z.int(),
    turn: z.int(),
    purpose: z.string(),
    status: EffectStatus,
    request: z.unknown().describe('Null before it was sent: model, limits, system text, tools, schema'),
    messages: z
      .array(z.object({ role: z.string(), content: z.unknown() }))
      .describe('As they were sent, made again from the record'),
    intact: z
      .boolean()
      .describe('False: something of the record that it was made from is not any more what it was'),
    route: ModelRoute.nullable(),
    packing: ModelCallPacking.nullable(),
    price: z.unknown().describe('That it was booked with: US dollars per million tokens; null = not known'),
    waste: z
      .object({ tries: z.int(), usd: z.number().nullable() })
      .describe('Tries that brought nothing, and what they are booked at'),
    reply: z
      .unknown()
      .describe('With `stop: stopped` it is what had been written when the task was cancelled'),
    error: Failure.nullable(),
    tries: z.array(LedgerEntryView),
    createdAt: z.iso.datetime(),
    settledAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ModelCall' });
export type ModelCallView = z.infer<typeof ModelCallView>;

/** Any offset is taken; years that PostgreSQL does not know are not. */
const Moment = z.iso
  .datetime({ offset: true })
  .refine((text) => new Date(text).getUTCFullYear() >= 1, 'Not a time.');

export const UsageQuery = z.strictObject({
  groupBy: z
    .enum(['model', 'agent', 'task', 'run', 'day', 'kind'])
    .default('model')
    .describe('"task" adds up whole trees; "kind": model calls and searches of the web'),
  from: Moment.optional(),
  to: Moment.optional(),
});
export type UsageQuery = z.infer<typeof UsageQuery>;

export const UsageLine = z
  .object({ key: z.string(), label: z.string(), cost: Cost })
  .meta({ id: 'UsageLine' });
export type UsageLine = z.infer<typeof UsageLine>;
