import Anthropic from '@anthropic-ai/sdk';
import { checkHealth } from '../check-health.ts';
import type { CompleteOptions, ModelProvider, ModelReply, ModelRequest } from '../port.ts';
import { watchedCall } from '../watched-call.ts';
import { messagesRequest } from './messages-request.ts';
import { readMessageStream } from './read-message-stream.ts';
import { searchWeb } from './search-web.ts';

export interface AnthropicConfig {
  apiKey: string;
  /** Does not end in `/v1`: this SDK adds it. */
  baseUrl?: string;
}

// Our own clocks end calls; the SDK's must not come first.
const sdkTimeoutMs = 24 * 60 * 60 * 1000;

async function complete(
  client: Anthropic,
  request: ModelRequest,
  options: CompleteOptions,
): Promise<ModelReply> {
  return watchedCall(options, async (call) => {
    const stream = await client
      .withOptions({ fetch: call.fetch })
      .messages.create(messagesRequest(request), { signal: call.signal, headers: call.headers });
    const {
      providerModel,
      carried,
      blocks: _blocks,
      ...answer
    } = await readMessageStream(stream, options.onText);
    return {
      ...answer,
      usageSource: 'reported',
      requestId: call.responseHeaders()?.get('request-id') ?? null,
      providerModel: providerModel ?? request.model,
      carry: carried && { provider: 'anthropic', model: request.model, content: carried },
    };
  });
}

export function createAnthropicProvider(config: AnthropicConfig): ModelProvider {
  // Every setting is given, so that the SDK reads none from the environment.
  const client = new Anthropic({
    apiKey: config.apiKey,
    authToken: null,
    baseURL: (config.baseUrl ?? 'https://api.anthropic.com').replace(/\/v1\/?$/, ''),
    maxRetries: 0,
    timeout: sdkTimeoutMs,
    logLevel: 'off',
  });
  return {
    name: 'anthropic',
    complete: (request, options) => complete(client, request, options),
    searchWeb: (request, options) => searchWeb(client, request, options),
    health: (signal) =>
      checkHealth(signal, async (within) => {
        const page = await client.models.list({}, { signal: within });
        return page.data.map((model) => model.id);
      }),
  };
}
