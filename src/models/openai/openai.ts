import type { ModelProvider } from '../port.ts';
import { takesTemperature } from '../catalogue.ts';
import { createChatProvider } from './chat-provider.ts';

export interface OpenAiConfig {
  apiKey: string;
  /** Ends in `/v1`. */
  baseUrl?: string;
}

export function createOpenAiProvider(config: OpenAiConfig): ModelProvider {
  return createChatProvider({
    name: 'openai',
    apiKey: config.apiKey,
    baseUrl: config.baseUrl ?? 'https://api.openai.com/v1',
    dialect: { tokenLimitField: 'max_completion_tokens', takesTemperature },
  });
}
