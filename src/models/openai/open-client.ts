import OpenAI from 'openai';
import { checkHealth } from '../check-health.ts';
import type { Health } from '../port.ts';

// Our own clocks end calls: the stall watch while it runs, the activity's timeout over all. The SDK's must not come first.
const sdkTimeoutMs = 24 * 60 * 60 * 1000;

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

export function modelsHealth(client: OpenAI, signal: AbortSignal): Promise<Health> {
  return checkHealth(signal, async (within) => {
    const page = await client.models.list({ signal: within });
    return (page.data ?? []).map((model) => model.id);
  });
}
