// OpenAI's own protocol. Its current models refuse function tools over chat completions unless they may not reason, so
// OpenAI proper is asked here; compatible servers, which mostly know chat completions only, there.
import type OpenAI from 'openai';
import type { CompleteOptions, ModelProvider, ModelReply, ModelRequest } from '../port.ts';
import { estimateUsage, promptTextOf } from '../usage.ts';
import { watchedCall } from '../watched-call.ts';
import { modelsHealth, openClient } from './open-client.ts';
import { readResponseStream } from './read-response-stream.ts';
import { type ResponsesDialect, responsesRequest } from './responses-request.ts';
import { searchWeb } from './search-web.ts';

export interface ResponsesServer {
  name: string;
  apiKey: string;
  baseUrl: string;
  dialect: ResponsesDialect;
}

/** Requests of one attempt begin alike: with one key they come to where that is in the cache. */
function cacheKeyOf({ callKey }: CompleteOptions): { prompt_cache_key?: string } {
  const attempt = callKey?.split('/').slice(0, 2).join('/');
  return attempt ? { prompt_cache_key: attempt } : {};
}

function complete(
  client: OpenAI,
  dialect: ResponsesDialect,
  request: ModelRequest,
  options: CompleteOptions,
): Promise<ModelReply> {
  return watchedCall(options, async (call) => {
    const stream = await client
      .withOptions({ fetch: call.fetch })
      .responses.create(
        { ...responsesRequest(request, dialect), ...cacheKeyOf(options) },
        { signal: call.signal, headers: call.headers },
      );
    const {
      usage,
      providerModel,
      carried,
      items: _items,
      ...answer
    } = await readResponseStream(stream, options.onText);
    const written = answer.text + answer.toolCalls.map((each) => each.arguments).join('');
    return {
      ...answer,
      usage: usage ?? estimateUsage(promptTextOf(request), written),
      usageSource: usage ? 'reported' : 'estimated',
      requestId: call.responseHeaders()?.get('x-request-id') ?? null,
      providerModel: providerModel ?? request.model,
      carry: carried && { provider: 'openai', model: request.model, content: carried },
    };
  });
}

export function createResponsesProvider(server: ResponsesServer): ModelProvider {
  const client = openClient(server);
  return {
    name: server.name,
    complete: (request, options) => complete(client, server.dialect, request, options),
    searchWeb: (request, options) => searchWeb({ client, dialect: server.dialect }, request, options),
    health: (signal) => modelsHealth(client, signal),
  };
}
