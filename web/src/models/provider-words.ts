import type { Provider, ProviderName } from '../../../src/contracts/provider.ts';

interface ProviderWords {
  title: string;
  about: string;
  /** What a key of theirs begins with, so that the right one is copied. */
  key: string;
  model: string;
  url: string;
}

export const providerWords: Record<ProviderName, ProviderWords> = {
  openai: {
    title: 'OpenAI',
    about: 'Plans, calls tools and writes.',
    key: 'sk-…',
    model: 'The best of the catalogue',
    url: 'https://api.openai.com/v1',
  },
  anthropic: {
    title: 'Anthropic',
    about: 'Plans, calls tools and writes.',
    key: 'sk-ant-…',
    model: 'The best of the catalogue',
    url: 'https://api.anthropic.com',
  },
  llama: {
    title: 'Your own server',
    about: 'Anything that speaks OpenAI’s protocol: llama.cpp, Ollama, vLLM.',
    key: 'Only if it asks for one',
    model: 'llama3.3:70b',
    url: 'http://127.0.0.1:11434/v1',
  },
};

/** Whose a model is, as people read it. */
export function titleOf(provider: string): string {
  const title = { openai: 'OpenAI', anthropic: 'Anthropic', llama: 'Llama' } satisfies Record<
    ProviderName,
    string
  >;
  return title[provider as ProviderName] ?? provider;
}

/** What people let a model of their own do; the names are those of the catalogue. */
export const fitWords = {
  plan: 'Plan',
  tools: 'Call tools',
  json: 'Answer in JSON',
  vision: 'Read pictures',
  write: 'Write',
  score: 'Score',
} as const;

export type FitName = keyof typeof fitWords;

/** The server that comes with the installation has a file for a model; it stays until another one is added. */
export function isBuiltIn({ name, source, model }: Provider): boolean {
  return name === 'llama' && source === 'environment' && (model?.endsWith('.gguf') ?? true);
}

export function aboutKey(provider: Provider): string {
  const { name, source, last4, baseUrl } = provider;
  if (source === null || isBuiltIn(provider)) return providerWords[name].about;
  const key = last4 === null ? 'No key' : `Key ends in ${last4}`;
  const from = source === 'stored' ? 'entered here' : 'from the environment';
  return [key, from, baseUrl].filter(Boolean).join(' · ');
}
