// Any OpenAI-compatible Llama server: the embedded one, llama.cpp, Ollama, vLLM, LM Studio.
import type OpenAI from 'openai';
import { ModelFault } from '../model-fault.ts';
import { createChatProvider } from '../openai/chat-provider.ts';
import { openClient } from '../openai/open-client.ts';
import { usageOf } from '../openai/read-chat-stream.ts';
import type { CallOptions, ModelProvider, ScoreReply, ScoreRequest } from '../port.ts';
import { estimateUsage } from '../usage.ts';
import { watchedCall } from '../watched-call.ts';
import { labelScores } from './label-scores.ts';

export interface LlamaConfig {
  /** Ends in `/v1`. */
  baseUrl: string;
  /** Local servers rarely want one. */
  apiKey?: string;
}

// llama.cpp and vLLM (as a rule) list at most this many; enough for few labels of common words.
const topLogprobs = 20;

function scoresOf(completion: OpenAI.Completion, request: ScoreRequest): number[][] {
  const byIndex = new Map(completion.choices.map((choice, position) => [choice.index ?? position, choice]));
  return request.prompts.map((_prompt, index) => {
    const top = byIndex.get(index)?.logprobs?.top_logprobs?.[0];
    if (!top)
      throw new ModelFault('bad_request', 'This server lists no log-probabilities, so it cannot score.');
    return labelScores(top, request.labels);
  });
}

async function score(client: OpenAI, request: ScoreRequest, options: CallOptions): Promise<ScoreReply> {
  return watchedCall(options, async (call) => {
    const completion = await client.withOptions({ fetch: call.fetch }).completions.create(
      {
        model: request.model,
        prompt: request.prompts,
        max_tokens: 1,
        temperature: 0,
        logprobs: topLogprobs,
      },
      { signal: call.signal, headers: call.headers },
    );
    const reported = completion.usage ? usageOf(completion.usage) : null;
    return {
      scores: scoresOf(completion, request),
      usage: reported ?? {
        ...estimateUsage(request.prompts.join(''), ''),
        outputTokens: request.prompts.length,
      },
      usageSource: reported ? 'reported' : 'estimated',
      requestId: call.responseHeaders()?.get('x-request-id') ?? null,
      providerModel: completion.model ?? request.model,
    };
  });
}

export function createLlamaProvider(config: LlamaConfig): ModelProvider {
  // The SDK insists on a key; servers without one ignore it.
  const server = { apiKey: config.apiKey ?? 'none', baseUrl: config.baseUrl };
  const client = openClient(server);
  const chat = createChatProvider({
    ...server,
    name: 'llama',
    dialect: { tokenLimitField: 'max_tokens', takesTemperature: () => true },
  });
  return { ...chat, score: (request, options) => score(client, request, options) };
}
