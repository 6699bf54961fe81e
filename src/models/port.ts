// The one port to every model: pure shapes. A provider is one folder beside this file and nothing outside it knows
// which SDK or protocol is behind. Adapters never retry: the caller owns retries (see classify-failure.ts).
import type { ProviderLimits } from './read-limits.ts';

export type JsonSchema = { [key: string]: unknown };

/** A call that the model asks for. `arguments` is the text that the model wrote: it may be broken JSON, its reader says so. */
export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

export interface ModelTool {
  name: string;
  description: string;
  parameters: JsonSchema;
}

/**
 * `carry` is a provider's own part of an answer (signed reasoning), kept as it came and given back only to the
 * provider and model that it names: current models refuse a tool result whose reasoning was dropped.
 */
export interface Carry {
  provider: string;
  /** The model that was asked: another one cannot read its reasoning, and is shown the plain answer. */
  model: string;
  content: unknown[];
}

export interface ModelImage {
  /** image/png, image/jpeg, image/webp or image/gif */
  mediaType: string;
  /** In base64. */
  data: string;
}

export type ModelMessage =
  /** Images only for models that are fit for vision; they stand before the text. */
  | { role: 'user'; text: string; images?: ModelImage[] }
  | { role: 'assistant'; text: string; toolCalls?: ToolCall[]; carry?: Carry | null }
  | { role: 'tool'; callId: string; name: string; text: string; isError?: boolean };

export interface ModelRequest {
  model: string;
  system: string;
  messages: ModelMessage[];
  tools?: ModelTool[];
  /** The answer's text is then JSON of this schema; the caller parses it (a length-stopped one is not whole). */
  outputSchema?: { name: string; schema: JsonSchema };
  maxOutputTokens: number;
  /** A wish: left out for models that refuse it. */
  temperature?: number;
}

/** Normalised over providers: `inputTokens` is the whole prompt, cached and cache-written tokens included; reasoning is part of output. */
export interface Usage {
  inputTokens: number;
  cachedInputTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  /** Of the provider's own web search, those that it charges for. Absent: none. */
  searches?: number;
}

export type StopReason = 'end' | 'length' | 'tools' | 'refused';

export interface ModelReply {
  text: string;
  toolCalls: ToolCall[];
  stop: StopReason;
  usage: Usage;
  /** `estimated`: the server named no tokens, they were guessed from the length of the text. */
  usageSource: 'reported' | 'estimated';
  requestId: string | null;
  providerModel: string;
  carry: Carry | null;
}

export interface CallOptions {
  signal: AbortSignal;
  /** Nothing received for this long ends the call as `stalled`. Milliseconds. */
  stallMs: number;
  /** Sent to the provider as `x-adjutant-call: KEY/TRY`, so that its journal and ours can be laid side by side. */
  callKey?: string;
  try?: number;
  /** What the provider says of its limits, as soon as the headers of its answer, good or bad, are there. */
  onLimits?: (limits: ProviderLimits) => void;
}

export interface CompleteOptions extends CallOptions {
  onText?: (delta: string) => void;
}

export interface ScoreRequest {
  model: string;
  prompts: string[];
  /** Must differ in their first token, or the provider cannot tell them apart. */
  labels: string[];
}

export interface ScoreReply {
  /** `scores[prompt][label]`: natural log of the chance that the label comes next; a floor when it was not in the top list. */
  scores: number[][];
  usage: Usage;
  usageSource: 'reported' | 'estimated';
  requestId: string | null;
  providerModel: string;
}

/** One search of the web, made by the provider itself. */
export interface WebSearchRequest {
  model: string;
  system: string;
  prompt: string;
  maxOutputTokens: number;
  /** The provider makes no more than these. */
  searches: number;
}

export interface FoundPage {
  title: string;
  url: string;
  /** What the page says, or what the model says of it; empty when it was found and not cited. */
  excerpt: string;
}

export interface WebSearchReply {
  /** Those that the answer cites first, in its order; then the others that were found. */
  pages: FoundPage[];
  /** Why there are none, although it answered; null when all went well. */
  problem: string | null;
  usage: Usage;
  usageSource: 'reported' | 'estimated';
  requestId: string | null;
  providerModel: string;
}

export interface Health {
  ok: boolean;
  /** It said something, if only no. */
  answered: boolean;
  /** What the server says it serves; empty when it did not say. */
  models: string[];
  /** One sentence for a person; null when all is well. */
  problem: string | null;
  latencyMs: number;
}

export interface ModelProvider {
  name: string;
  complete(request: ModelRequest, options: CompleteOptions): Promise<ModelReply>;
  score?(request: ScoreRequest, options: CallOptions): Promise<ScoreReply>;
  /** Only where the API that is spoken has a web search of its own. */
  searchWeb?(request: WebSearchRequest, options: CallOptions): Promise<WebSearchReply>;
  health(signal: AbortSignal): Promise<Health>;
}
