// Puts a response together from its events. It is whole once `response.completed` or `response.incomplete` came, which
// carry all of it again, usage included; a stream that ends before that is an error, never half an answer.
import type OpenAI from 'openai';
import { ModelFault } from '../model-fault.ts';
import type { StopReason, ToolCall, Usage } from '../port.ts';

type Event = OpenAI.Responses.ResponseStreamEvent;
type Response = OpenAI.Responses.Response;
type Item = OpenAI.Responses.ResponseOutputItem;

export interface ResponseAnswer {
  text: string;
  toolCalls: ToolCall[];
  stop: StopReason;
  usage: Usage | null;
  providerModel: string | null;
  /** What must be given back as it came; null where nothing was reasoned. */
  carried: unknown[] | null;
  /** All of it, citations included. */
  items: readonly Item[];
}

function usageOf(usage: OpenAI.Responses.ResponseUsage, searches: number): Usage {
  return {
    inputTokens: usage.input_tokens,
    cachedInputTokens: usage.input_tokens_details?.cached_tokens ?? 0,
    cacheWriteTokens: usage.input_tokens_details?.cache_write_tokens ?? 0,
    outputTokens: usage.output_tokens,
    reasoningTokens: usage.output_tokens_details?.reasoning_tokens ?? 0,
    ...(searches > 0 ? { searches } : {}),
  };
}

/** Those that are charged for: opening a page is not. */
function searchesOf({ tool_usage: used }: Response, items: Item[]): number {
  const made = items.filter((item) => item.type === 'web_search_call' && item.action?.type === 'search');
  return used?.web_search?.num_requests ?? made.length;
}

/** The failure in the provider's own words, which classifyFailure reads. */
function reported(code: string | null | undefined, message: string): Error {
  return Object.assign(new Error(message), { code: code ?? 'server_error' });
}

/** The response once it is whole; null for every event before that. */
function finished(event: Event, onText?: (delta: string) => void): Response | null {
  switch (event.type) {
    case 'response.output_text.delta':
      if (event.delta) onText?.(event.delta);
      return null;
    case 'response.completed':
    case 'response.incomplete':
      return event.response;
    case 'response.failed':
      throw reported(event.response.error?.code, event.response.error?.message ?? 'The response failed.');
    case 'error':
      throw reported(event.code, event.message);
    default:
      return null;
  }
}

function partsOf(items: Item[]): { text: string; refusal: string; toolCalls: ToolCall[] } {
  const parts = { text: '', refusal: '', toolCalls: [] as ToolCall[] };
  for (const item of items) {
    if (item.type === 'function_call') {
      parts.toolCalls.push({ id: item.call_id, name: item.name, arguments: item.arguments || '{}' });
    }
    if (item.type !== 'message') continue;
    for (const content of item.content) {
      if (content.type === 'output_text') parts.text += content.text;
      if (content.type === 'refusal') parts.refusal += content.refusal;
    }
  }
  return parts;
}

function stopOf(response: Response, refusal: string, calls: ToolCall[]): StopReason {
  const reason = response.incomplete_details?.reason;
  if (refusal || reason === 'content_filter') return 'refused';
  if (response.status === 'incomplete') return 'length';
  return calls.length > 0 ? 'tools' : 'end';
}

export async function readResponseStream(
  events: AsyncIterable<Event>,
  onText?: (delta: string) => void,
): Promise<ResponseAnswer> {
  let response: Response | null = null;
  const done: Item[] = [];
  try {
    for await (const event of events) {
      if (event.type === 'response.output_item.done') done.push(event.item);
      response = finished(event, onText) ?? response;
    }
  } catch (error) {
    if (!response) throw error;
  }
  if (!response) throw new ModelFault('network', 'The stream ended before the answer did.');
  // Some servers repeat no items at the end.
  const items = response.output?.length ? response.output : done;
  const { text, refusal, toolCalls } = partsOf(items);
  const reasoned = items.some((item) => item.type === 'reasoning' && item.encrypted_content);
  return {
    text: text || refusal,
    toolCalls,
    stop: stopOf(response, refusal, toolCalls),
    usage: response.usage ? usageOf(response.usage, searchesOf(response, items)) : null,
    providerModel: response.model ?? null,
    carried: reasoned ? items : null,
    items,
  };
}
