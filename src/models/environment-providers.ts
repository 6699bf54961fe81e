import type { StoredSettings } from './workspace-models.ts';

type Given =
  | {
      apiKey?: string | undefined;
      baseUrl?: string | undefined;
      model?: string | undefined;
      fit?: readonly string[] | undefined;
    }
  | undefined;

export type EnvironmentProvider = Omit<StoredSettings, 'apiKey'> & { last4: string | null };

/** What the environment configures, as it may be shown. */
export function environmentProviders(config: {
  openai?: Given;
  anthropic?: Given;
  llama?: Given;
}): EnvironmentProvider[] {
  return (['openai', 'anthropic', 'llama'] as const).flatMap((provider) => {
    const given = config[provider];
    if (!given) return [];
    const { apiKey, baseUrl = null, model = null, fit } = given;
    const last4 = apiKey === undefined ? null : apiKey.length >= 12 ? apiKey.slice(-4) : '••••';
    return [{ provider, baseUrl, model, fit: fit ? [...fit] : null, last4 }];
  });
}
