import type { ServerResponse } from 'node:http';
import type { Usage } from '../port.ts';
import type { LlamaEngine } from './llama-engine.ts';
import { historyOf, type ChatRequest } from './read-request.ts';
import { sendJson } from './send-json.ts';

const defaultAnswerTokens = 512;

export function usageBody(usage: Usage): object {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens },
  };
}

export interface ChatJob {
  id: string;
  model: string;
  request: ChatRequest;
  signal: AbortSignal;
}

function ask(engine: LlamaEngine, { request, signal }: ChatJob, onText?: (piece: string) => void) {
  const format = request.response_format;
  return engine.chat({
    history: historyOf(request),
    maxTokens: request.max_completion_tokens ?? request.max_tokens ?? defaultAnswerTokens,
    temperature: request.temperature,
    signal,
    ...(request.seed === undefined ? {} : { seed: request.seed }),
    ...(format?.type === 'json_schema' ? { schema: format.json_schema.schema } : {}),
    ...(format?.type === 'json_object' ? { schema: { type: 'object', additionalProperties: true } } : {}),
    ...(onText ? { onText } : {}),
  });
}

async function answerWhole(engine: LlamaEngine, job: ChatJob, response: ServerResponse): Promise<void> {
  const { text, finish, usage } = await ask(engine, job);
  sendJson(response, 200, {
    ...headOf(job, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text, refusal: null },
        finish_reason: finish,
        logprobs: null,
      },
    ],
    usage: usageBody(usage),
  });
}

function headOf({ id, model }: ChatJob, object: string) {
  return { id: `chatcmpl-${id}`, object, created: Math.floor(Date.now() / 1000), model };
}

async function answerStream(engine: LlamaEngine, job: ChatJob, response: ServerResponse): Promise<void> {
  const head = headOf(job, 'chat.completion.chunk');
  const send = (fields: object) => {
    // Headers wait for the first piece, so that a request which cannot be served still gets its error status.
    if (!response.headersSent)
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache, no-transform',
      });
    response.write(`data: ${JSON.stringify({ ...head, ...fields })}\n\n`);
  };
  const choice = (delta: object, finish_reason: string | null) => ({
    choices: [{ index: 0, delta, finish_reason }],
  });
  let begun = false;
  const { finish, usage } = await ask(engine, job, (piece) => {
    send(choice(begun ? { content: piece } : { role: 'assistant', content: piece }, null));
    begun = true;
  });
  send(choice({}, finish));
  if (job.request.stream_options?.include_usage) send({ choices: [], usage: usageBody(usage) });
  response.end('data: [DONE]\n\n');
}

export function answerChat(engine: LlamaEngine, job: ChatJob, response: ServerResponse): Promise<void> {
  return job.request.stream ? answerStream(engine, job, response) : answerWhole(engine, job, response);
}
