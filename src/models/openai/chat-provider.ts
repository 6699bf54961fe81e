// Chat completions for OpenAI and every server that speaks its protocol.
import OpenAI from 'openai';
import { checkHealth } from '../check-health.ts';
import type { CompleteOptions, Health, ModelProvider, ModelReply, ModelRequest } from '../port.ts';
import { estimateUsage, promptTextOf } from '../usage.ts';
import { watchedCall } from '../watched-call.ts';
import { chatRequest, type ChatDialect } from './chat-request.ts';
import { readChatStream } from './read-chat-stream.ts';

// Our own clocks end calls: the stall watch while it runs, the activity's timeout over all. The SDK's must not come first.
const sdkTimeoutMs = 24 * 60 * 60 * 1000;

export interface ChatServer {
  name: string;
  apiKey: string;
  baseUrl: string;
  dialect: ChatDialect;
}

/** Every setting is given, so that the SDK reads none from the environment. */
export function openClient(server: { apiKey: string; baseUrl: string }): OpenAI {
  return new OpenAI({
    apiKey: server.apiKey,
    baseURL: server.baseUrl,
    maxRetries: 0,
    timeout: sdkTimeoutMs,
    organization: null,
    project: null,
    logLevel: 'off',
  });
}

async function complete(
  client: OpenAI,
  server: ChatServer,
  request: ModelRequest,
  options: CompleteOptions,
): Promise<ModelReply> {
  return watchedCall(options, async (call) => {
    const params = chatRequest(request, server.dialect);
    const stream = await client
      .withOptions({ fetch: call.fetch })
      .chat.completions.create(params, { signal: call.signal, headers: call.headers });
    const answer = await readChatStream(stream, options.onText);
    const written = answer.text + answer.toolCalls.map((each) => each.arguments).join('');
    return {
      text: answer.text,
      toolCalls: answer.toolCalls,
      stop: answer.stop,
      usage: answer.usage ?? estimateUsage(promptTextOf(request), written),
      usageSource: answer.usage ? 'reported' : 'estimated',
      requestId: call.responseHeaders()?.get('x-request-id') ?? null,
      providerModel: answer.providerModel ?? request.model,
      carry: null,
    };
  });
}

function health(client: OpenAI, signal: AbortSignal): Promise<Health> {
  return checkHealth(signal, async (within) => {
    const page = await client.models.list({ signal: within });
    return (page.data ?? []).map((model) => model.id);
  });
}

export function createChatProvider(server: ChatServer): ModelProvider {
  const client = openClient(server);
  return {
    name: server.name,
    complete: (request, options) => complete(client, server, request, options),
    health: (signal) => health(client, signal),
  };
}
