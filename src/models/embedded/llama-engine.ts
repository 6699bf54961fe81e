// The built-in model in this process: node-llama-cpp with its CPU binary. Two sequences of one context: scoring keeps the
// prompts' common beginning evaluated, and a chat in between does not throw it away. Not safe for two calls at once: the
// server queues.
import {
  getLlama,
  LlamaChat,
  LlamaLogLevel,
  type ChatHistoryItem,
  type LlamaContextSequence,
  type LlamaModel,
  type Token,
} from 'node-llama-cpp';
import type { JsonSchema, Usage } from '../port.ts';
import { noUsage } from '../usage.ts';

export interface EngineOptions {
  modelPath: string;
  contextTokens: number;
}

export interface TopList {
  /** Token text to natural log-probability, likeliest first. */
  top: Record<string, number>;
  promptTokens: number;
  cachedTokens: number;
}

export interface ChatAsk {
  history: ChatHistoryItem[];
  maxTokens: number;
  temperature: number;
  seed?: number;
  schema?: JsonSchema;
  signal: AbortSignal;
  onText?: (piece: string) => void;
}

export interface ChatAnswer {
  text: string;
  finish: 'stop' | 'length';
  usage: Usage;
}

export class PromptTooLong extends Error {}
export class UnusableSchema extends Error {}

export interface LlamaEngine {
  /** Throws PromptTooLong for what does not fit, before anything is evaluated. Returns the number of tokens. */
  measure(prompt: string | ChatHistoryItem[]): number;
  /** What the model thinks comes next after this text. */
  topNext(prompt: string, howMany: number): Promise<TopList>;
  chat(ask: ChatAsk): Promise<ChatAnswer>;
  dispose(): Promise<void>;
}

// The plain softmax over all tokens: nothing cut off, nothing sharpened.
const untouched = { temperature: 1, topK: 0, topP: 1, minP: 0, seed: 1 };

async function evaluateRest(sequence: LlamaContextSequence, tokens: Token[]): Promise<Map<Token, number>> {
  await sequence.adaptStateToTokens(tokens, false);
  // At least the last token must be evaluated, or there is nothing to read the next one from.
  if (sequence.nextTokenIndex >= tokens.length) {
    await sequence.eraseContextTokenRanges([{ start: tokens.length - 1, end: sequence.nextTokenIndex }]);
  }
  const rest = tokens.slice(sequence.nextTokenIndex);
  const last = rest.pop();
  if (last === undefined) throw new Error('An empty prompt has no next token.');
  const results = await sequence.controlledEvaluate([
    ...rest,
    [last, { generateNext: { probabilities: true, options: untouched } }],
  ]);
  return results.at(-1)?.next.probabilities ?? new Map<Token, number>();
}

function topList(
  model: LlamaModel,
  probabilities: Map<Token, number>,
  howMany: number,
): Record<string, number> {
  const top: Record<string, number> = {};
  const likeliest = [...probabilities].toSorted(([, a], [, b]) => b - a).slice(0, howMany);
  // Two tokens may read the same (bytes of a broken character): the likelier one stays.
  for (const [token, probability] of likeliest) {
    const text = model.detokenize([token], true);
    if (!(text in top)) top[text] = Math.log(probability);
  }
  return top;
}

function measurer(model: LlamaModel, contextSize: number, chat: LlamaChat): LlamaEngine['measure'] {
  const tokensOf = (history: ChatHistoryItem[]) =>
    chat.chatWrapper.generateContextState({ chatHistory: history }).contextText.tokenize(model.tokenizer);
  return (prompt) => {
    const tokens = (typeof prompt === 'string' ? model.tokenize(prompt, false) : tokensOf(prompt)).length;
    if (tokens < contextSize) return tokens;
    throw new PromptTooLong(`The prompt has ${tokens} tokens; the maximum context length is ${contextSize}.`);
  };
}

function scorer(model: LlamaModel, sequence: LlamaContextSequence): LlamaEngine['topNext'] {
  return async (prompt, howMany) => {
    const tokens = model.tokenize(prompt, false);
    const before = sequence.tokenMeter.getState().usedInputTokens;
    const probabilities = await evaluateRest(sequence, tokens);
    const evaluated = sequence.tokenMeter.getState().usedInputTokens - before;
    return {
      top: topList(model, probabilities, howMany),
      promptTokens: tokens.length,
      cachedTokens: Math.max(0, tokens.length - evaluated),
    };
  };
}

interface ChatParts {
  model: LlamaModel;
  sequence: LlamaContextSequence;
  chat: LlamaChat;
  measure: LlamaEngine['measure'];
}

function chatter({ model, sequence, chat, measure }: ChatParts): LlamaEngine['chat'] {
  const grammarOf = (schema: JsonSchema) =>
    model.llama.createGrammarForJsonSchema(schema as never).catch((error: unknown) => {
      throw new UnusableSchema(
        error instanceof Error ? error.message : 'The schema cannot be made into a grammar.',
      );
    });
  return async (ask) => {
    // Without this check the library drops the oldest messages without a word.
    const inputTokens = measure(ask.history);
    const room = sequence.contextSize - inputTokens;
    const grammar = ask.schema && (await grammarOf(ask.schema));
    const before = sequence.tokenMeter.getState();
    const answer = await chat.generateResponse(ask.history, {
      maxTokens: Math.min(ask.maxTokens, room),
      temperature: ask.temperature,
      signal: ask.signal,
      ...(ask.seed === undefined ? {} : { seed: ask.seed }),
      ...(ask.onText ? { onTextChunk: ask.onText } : {}),
      ...(grammar ? { grammar } : {}),
    });
    const after = sequence.tokenMeter.getState();
    const evaluated = after.usedInputTokens - before.usedInputTokens;
    const usage = {
      ...noUsage,
      inputTokens,
      cachedInputTokens: Math.max(0, inputTokens - evaluated),
      outputTokens: after.usedOutputTokens - before.usedOutputTokens,
    };
    return {
      text: answer.response,
      finish: answer.metadata.stopReason === 'maxTokens' ? 'length' : 'stop',
      usage,
    };
  };
}

export async function openLlamaEngine(options: EngineOptions): Promise<LlamaEngine> {
  // One thread, always: more than there are free cores spin against each other and are hundreds of times slower.
  const llama = await getLlama({
    build: 'never',
    gpu: false,
    logLevel: LlamaLogLevel.error,
    maxThreads: 1,
    progressLogs: false,
  });
  const model = await llama.loadModel({ modelPath: options.modelPath, gpuLayers: 0 });
  const contextSize = Math.min(options.contextTokens, model.trainContextSize);
  const context = await model.createContext({ contextSize, sequences: 2, batchSize: 512, threads: 1 });
  const sequence = context.getSequence();
  const chat = new LlamaChat({ contextSequence: sequence });
  const measure = measurer(model, sequence.contextSize, chat);
  return {
    measure,
    topNext: scorer(model, context.getSequence()),
    chat: chatter({ model, sequence, chat, measure }),
    dispose: () => llama.dispose(),
  };
}
