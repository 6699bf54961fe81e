// The providers under the contract, each pointed at a scripted server.
import { createAnthropicProvider } from '../../src/models/anthropic/anthropic.ts';
import { createLlamaProvider } from '../../src/models/llama/llama.ts';
import { createOpenAiProvider } from '../../src/models/openai/openai.ts';
import type { CompleteOptions, ModelProvider, ModelRequest } from '../../src/models/port.ts';
import type { ScriptedModelServer } from '../support/scripted-model-server/server.ts';

export interface ProviderUnderTest {
  name: string;
  model: string;
  open(server: ScriptedModelServer): ModelProvider;
}

export const providersUnderTest: ProviderUnderTest[] = [
  {
    name: 'openai over responses',
    model: 'gpt-6.1-sol',
    open: ({ v1 }) => createOpenAiProvider({ apiKey: 'k', baseUrl: v1, protocol: 'responses' }),
  },
  {
    name: 'openai over chat',
    model: 'gpt-6.1-sol',
    open: ({ v1 }) => createOpenAiProvider({ apiKey: 'k', baseUrl: v1 }),
  },
  {
    name: 'anthropic',
    model: 'claude-sonnet-5-5',
    open: ({ url }) => createAnthropicProvider({ apiKey: 'k', baseUrl: url }),
  },
  { name: 'llama', model: 'llama-9-8b', open: ({ v1 }) => createLlamaProvider({ baseUrl: v1 }) },
];

export function requestTo(model: string, fields: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model,
    system: 'You are terse.',
    messages: [{ role: 'user', text: 'Say hello.' }],
    maxOutputTokens: 200,
    ...fields,
  };
}

export function options(fields: Partial<CompleteOptions> = {}): CompleteOptions {
  return { signal: new AbortController().signal, stallMs: 5_000, ...fields };
}

/** The error of a call that must fail. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('The call was expected to fail, and did not.');
}
