import { reasons, takesTemperature } from '../catalogue.ts';
import type { ModelProvider } from '../port.ts';
import { createChatProvider } from './chat-provider.ts';
import { createResponsesProvider } from './responses-provider.ts';

export interface OpenAiConfig {
  apiKey: string;
  /** Ends in `/v1`. */
  baseUrl?: string;
  /** `responses` for OpenAI itself; `chat` for any other base URL unless said. */
  protocol?: 'responses' | 'chat';
}

const ownBaseUrl = 'https://api.openai.com/v1';

function isOpenAiItself(baseUrl: string): boolean {
  return URL.canParse(baseUrl) && new URL(baseUrl).hostname.endsWith('.openai.com');
}

export function createOpenAiProvider(config: OpenAiConfig): ModelProvider {
  const { apiKey, baseUrl = ownBaseUrl } = config;
  const protocol = config.protocol ?? (isOpenAiItself(baseUrl) ? 'responses' : 'chat');
  const server = { name: 'openai', apiKey, baseUrl };
  if (protocol === 'responses') {
    return createResponsesProvider({ ...server, dialect: { takesTemperature, reasons } });
  }
  return createChatProvider({
    ...server,
    dialect: { tokenLimitField: 'max_completion_tokens', takesTemperature },
  });
}
