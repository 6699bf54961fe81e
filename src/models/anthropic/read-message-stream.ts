// Puts a message together from its events. It is whole once its stop reason came (with the final usage, in the same
// event); a stream that ends before that is an error, never half an answer.
import type Anthropic from '@anthropic-ai/sdk';
import { ModelFault } from '../model-fault.ts';
import type { StopReason, ToolCall, Usage } from '../port.ts';

export interface MessageAnswer {
  text: string;
  toolCalls: ToolCall[];
  stop: StopReason;
  usage: Usage;
  providerModel: string | null;
  /** What must be given back as it came; null where nothing was reasoned. */
  carried: unknown[] | null;
  /** All of it, citations included. */
  blocks: readonly MessageBlock[];
}

export type MessageBlock = Record<string, unknown> & { type: string };

interface OpenBlock {
  block: MessageBlock;
  /** Tool input as the model wrote it. */
  json: string;
}

type Counts = Partial<
  Record<'input' | 'cacheRead' | 'cacheWrite' | 'output' | 'thinking' | 'searches', number>
>;

interface Draft {
  blocks: Map<number, OpenBlock>;
  counts: Counts;
  stopReason: string | null;
  model: string | null;
}

function count(counts: Counts, usage: Anthropic.Usage | Anthropic.MessageDeltaUsage | undefined): void {
  if (!usage) return;
  // The last word counts, but a null is no word.
  counts.input = usage.input_tokens ?? counts.input;
  counts.cacheRead = usage.cache_read_input_tokens ?? counts.cacheRead;
  counts.cacheWrite = usage.cache_creation_input_tokens ?? counts.cacheWrite;
  counts.output = usage.output_tokens ?? counts.output;
  counts.searches = usage.server_tool_use?.web_search_requests ?? counts.searches;
  counts.thinking = usage.output_tokens_details?.thinking_tokens ?? counts.thinking;
}

/** This provider's `input_tokens` leaves the cache out; ours is the whole prompt. */
function usageOf(counts: Counts): Usage {
  const cachedInputTokens = counts.cacheRead ?? 0;
  const cacheWriteTokens = counts.cacheWrite ?? 0;
  return {
    inputTokens: (counts.input ?? 0) + cachedInputTokens + cacheWriteTokens,
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens: counts.output ?? 0,
    reasoningTokens: counts.thinking ?? 0,
    ...(counts.searches ? { searches: counts.searches } : {}),
  };
}

function addDelta(
  open: OpenBlock,
  delta: Anthropic.RawContentBlockDelta,
  onText?: (delta: string) => void,
): void {
  const { block } = open;
  const append = (field: string, piece: string) => {
    block[field] = `${typeof block[field] === 'string' ? block[field] : ''}${piece}`;
  };
  switch (delta.type) {
    case 'text_delta':
      append('text', delta.text);
      if (delta.text) onText?.(delta.text);
      return;
    case 'input_json_delta':
      open.json += delta.partial_json;
      return;
    case 'thinking_delta':
      return append('thinking', delta.thinking);
    case 'citations_delta':
      block.citations = [...(Array.isArray(block.citations) ? block.citations : []), delta.citation];
      return;
    case 'signature_delta':
      return append('signature', delta.signature);
    default:
      return;
  }
}

function addEvent(
  draft: Draft,
  event: Anthropic.RawMessageStreamEvent,
  onText?: (delta: string) => void,
): void {
  switch (event.type) {
    case 'message_start':
      draft.model = event.message.model;
      return count(draft.counts, event.message.usage);
    case 'content_block_start': {
      const block = { ...event.content_block } as OpenBlock['block'];
      draft.blocks.set(event.index, { block, json: '' });
      if (block.type === 'text' && typeof block.text === 'string' && block.text) onText?.(block.text);
      return;
    }
    case 'content_block_delta': {
      const open = draft.blocks.get(event.index);
      if (!open)
        throw new ModelFault('malformed', `Content for block ${event.index}, which was never opened.`);
      return addDelta(open, event.delta, onText);
    }
    case 'message_delta':
      draft.stopReason = event.delta.stop_reason ?? draft.stopReason;
      return count(draft.counts, event.usage);
    default:
      return;
  }
}

function argumentsOf({ block, json }: OpenBlock): string {
  return json || JSON.stringify(block.input ?? {});
}

function stopOf(reason: string, calls: ToolCall[]): StopReason {
  if (reason === 'refusal') return 'refused';
  if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') return 'length';
  return calls.length > 0 ? 'tools' : 'end';
}

function carriedOf(blocks: OpenBlock[]): unknown[] | null {
  if (!blocks.some(({ block }) => block.type === 'thinking' || block.type === 'redacted_thinking'))
    return null;
  return blocks.map((open) =>
    open.block.type === 'tool_use' ? { ...open.block, input: parsed(argumentsOf(open)) } : open.block,
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return { unparsed: json };
  }
}

export async function readMessageStream(
  events: AsyncIterable<Anthropic.RawMessageStreamEvent>,
  onText?: (delta: string) => void,
): Promise<MessageAnswer> {
  const draft: Draft = { blocks: new Map(), counts: {}, stopReason: null, model: null };
  try {
    for await (const event of events) addEvent(draft, event, onText);
  } catch (error) {
    if (!draft.stopReason) throw error;
  }
  if (!draft.stopReason) throw new ModelFault('network', 'The stream ended before the answer did.');
  const blocks = [...draft.blocks.entries()].toSorted(([a], [b]) => a - b).map(([, open]) => open);
  const toolCalls = blocks
    .filter(({ block }) => block.type === 'tool_use')
    .map((open) => ({
      id: String(open.block.id),
      name: String(open.block.name),
      arguments: argumentsOf(open),
    }));
  return {
    text: blocks
      .filter(({ block }) => block.type === 'text')
      .map(({ block }) => (typeof block.text === 'string' ? block.text : ''))
      .join(''),
    toolCalls,
    stop: stopOf(draft.stopReason, toolCalls),
    usage: usageOf(draft.counts),
    providerModel: draft.model,
    carried: carriedOf(blocks),
    blocks: blocks.map(({ block }) => block),
  };
}
