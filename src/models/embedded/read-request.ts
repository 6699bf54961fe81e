// What the embedded server understands of OpenAI's two protocols. Unknown fields are let pass: clients send many.
import type { ChatHistoryItem } from 'node-llama-cpp';
import * as z from 'zod';

const maxPrompts = 1_000;
const maxAnswerTokens = 4_096;

const Content = z.union([z.string(), z.array(z.object({ type: z.literal('text'), text: z.string() }))]);
const Message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant'], {
    error: 'this model knows system, user and assistant; it calls no tools',
  }),
  content: Content.nullable(),
});
const answerTokens = z
  .int()
  .min(1)
  .transform((wanted) => Math.min(wanted, maxAnswerTokens));

export const ChatRequest = z.object({
  model: z.string().optional(),
  messages: z.array(Message).min(1),
  max_tokens: answerTokens.optional(),
  max_completion_tokens: answerTokens.optional(),
  temperature: z.number().min(0).max(2).default(0),
  seed: z.int().optional(),
  stream: z.boolean().default(false),
  stream_options: z.object({ include_usage: z.boolean().default(false) }).nullish(),
  response_format: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('text') }),
      z.object({ type: z.literal('json_object') }),
      z.object({
        type: z.literal('json_schema'),
        json_schema: z.object({ schema: z.record(z.string(), z.unknown()) }),
      }),
    ])
    .optional(),
});
export type ChatRequest = z.infer<typeof ChatRequest>;

export const CompletionRequest = z.object({
  model: z.string().optional(),
  prompt: z.union([
    z
      .string()
      .min(1)
      .transform((one) => [one]),
    z.array(z.string().min(1)).min(1).max(maxPrompts),
  ]),
  max_tokens: z.literal(1, {
    error: 'this server completes by one token: it is there for the log-probabilities of the next one',
  }),
  logprobs: z.int().min(1).max(100).default(5),
});
export type CompletionRequest = z.infer<typeof CompletionRequest>;

function textOf(content: z.infer<typeof Content> | null): string {
  if (content === null) return '';
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('\n');
}

/** The model is asked for the turn after the last message, so the history ends with an empty one of its own. */
export function historyOf(request: ChatRequest): ChatHistoryItem[] {
  const history = request.messages.map(({ role, content }): ChatHistoryItem => {
    const text = textOf(content);
    if (role === 'user') return { type: 'user', text };
    return role === 'assistant' ? { type: 'model', response: [text] } : { type: 'system', text };
  });
  return [...history, { type: 'model', response: [] }];
}
