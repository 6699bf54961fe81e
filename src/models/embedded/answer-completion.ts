import type { ServerResponse } from 'node:http';
import { usageBody } from './answer-chat.ts';
import type { LlamaEngine } from './llama-engine.ts';
import type { CompletionRequest } from './read-request.ts';
import { sendJson } from './send-json.ts';

export interface CompletionJob {
  id: string;
  model: string;
  request: CompletionRequest;
  signal: AbortSignal;
}

/** One choice per prompt. The beginning that prompts share is evaluated once, so they are taken in the order given. */
export async function answerCompletion(
  engine: LlamaEngine,
  job: CompletionJob,
  response: ServerResponse,
): Promise<void> {
  const { prompt: prompts, logprobs } = job.request;
  const choices: object[] = [];
  let inputTokens = 0;
  let cachedInputTokens = 0;
  for (const [index, prompt] of prompts.entries()) {
    job.signal.throwIfAborted();
    const { top, promptTokens, cachedTokens } = await engine.topNext(prompt, logprobs);
    const [token, logprob] = Object.entries(top)[0] ?? ['', 0];
    inputTokens += promptTokens;
    cachedInputTokens += cachedTokens;
    choices.push({
      index,
      text: token,
      finish_reason: 'length',
      logprobs: {
        tokens: [token],
        token_logprobs: [logprob],
        top_logprobs: [top],
        text_offset: [prompt.length],
      },
    });
  }
  const usage = {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens: 0,
    outputTokens: prompts.length,
    reasoningTokens: 0,
  };
  sendJson(response, 200, {
    id: `cmpl-${job.id}`,
    object: 'text_completion',
    created: Math.floor(Date.now() / 1000),
    model: job.model,
    choices,
    usage: usageBody(usage),
  });
}
