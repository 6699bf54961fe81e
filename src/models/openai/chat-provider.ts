// Chat completions for OpenAI and every server that speaks its protocol.
import type OpenAI from 'openai';
import type { CompleteOptions, ModelProvider, ModelReply, ModelRequest } from '../port.ts';
import { estimateUsage, promptTextOf } from '../usage.ts';
import { watchedCall } from '../watched-call.ts';
import { chatRequest, type ChatDialect } from './chat-request.ts';
import { modelsHealth, openClient } from './open-client.ts';
import { readChatStream } from './read-chat-stream.ts';

export interface ChatServer {
  name: string;
  apiKey: string;
  baseUrl: string;
  dialect: ChatDialect;
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

export function createChatProvider(server: ChatServer): ModelProvider {
  const client = openClient(server);
  return {
    name: server.name,
    complete: (request, options) => complete(client, server, request, options),
    health: (signal) => modelsHealth(client, signal),
  };
}
