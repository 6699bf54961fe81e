// Puts a chat completion together from its chunks. An answer is whole once its finish reason came: what is missing
// after that (usage, the end mark) is made good; what is missing before is an error, never half an answer.
import type OpenAI from 'openai';
import { ModelFault } from '../model-fault.ts';
import type { StopReason, ToolCall, Usage } from '../port.ts';

type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;
type ToolDelta = OpenAI.Chat.Completions.ChatCompletionChunk.Choice.Delta.ToolCall;

export interface ChatAnswer {
  text: string;
  toolCalls: ToolCall[];
  stop: StopReason;
  usage: Usage | null;
  providerModel: string | null;
}

interface Draft extends ChatAnswer {
  refusal: string;
  finish: string | null;
  byIndex: Map<number, ToolCall>;
}

export function usageOf(usage: OpenAI.CompletionUsage): Usage {
  return {
    inputTokens: usage.prompt_tokens ?? 0,
    cachedInputTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
    cacheWriteTokens: usage.prompt_tokens_details?.cache_write_tokens ?? 0,
    outputTokens: usage.completion_tokens ?? 0,
    reasoningTokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
  };
}

function addToolDelta(draft: Draft, delta: ToolDelta): void {
  const index = delta.index ?? draft.toolCalls.length;
  const open = draft.byIndex.get(index);
  // Some compatible servers number every call 0: a new id is a new call.
  const isNew =
    !open || (delta.id !== undefined && delta.id !== '' && open.id !== '' && delta.id !== open.id);
  const call = isNew ? { id: '', name: '', arguments: '' } : open;
  if (isNew) {
    draft.byIndex.set(index, call);
    draft.toolCalls.push(call);
  }
  if (delta.id) call.id = delta.id;
  if (delta.function?.name && !call.name) call.name = delta.function.name;
  call.arguments += delta.function?.arguments ?? '';
}

function addChunk(draft: Draft, chunk: Chunk, onText?: (delta: string) => void): void {
  if (chunk.model) draft.providerModel = chunk.model;
  if (chunk.usage) draft.usage = usageOf(chunk.usage);
  const choice = chunk.choices?.[0];
  if (!choice) return;
  const { content, refusal, tool_calls } = choice.delta ?? {};
  if (content) {
    draft.text += content;
    onText?.(content);
  }
  if (refusal) draft.refusal += refusal;
  for (const delta of tool_calls ?? []) addToolDelta(draft, delta);
  if (choice.finish_reason) draft.finish = choice.finish_reason;
}

function stopOf(draft: Draft): StopReason {
  if (draft.refusal || draft.finish === 'content_filter') return 'refused';
  if (draft.finish === 'length') return 'length';
  // Some compatible servers say "stop" after tool calls.
  return draft.toolCalls.length > 0 ? 'tools' : 'end';
}

export async function readChatStream(
  chunks: AsyncIterable<Chunk>,
  onText?: (delta: string) => void,
): Promise<ChatAnswer> {
  const draft: Draft = {
    text: '',
    refusal: '',
    toolCalls: [],
    byIndex: new Map(),
    finish: null,
    stop: 'end',
    usage: null,
    providerModel: null,
  };
  try {
    for await (const chunk of chunks) addChunk(draft, chunk, onText);
  } catch (error) {
    if (!draft.finish) throw error;
  }
  if (!draft.finish) throw new ModelFault('network', 'The stream ended before the answer did.');
  draft.toolCalls.forEach((call, index) => {
    if (!call.name) throw new ModelFault('malformed', `Tool call ${index} has no name.`);
    if (!call.id) call.id = `call_${index}`;
    if (!call.arguments) call.arguments = '{}';
  });
  const { text, refusal, toolCalls, usage, providerModel } = draft;
  return { text: text || refusal, toolCalls, stop: stopOf(draft), usage, providerModel };
}
