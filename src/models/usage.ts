import type { ModelRequest, Usage } from './port.ts';

export const noUsage: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

// Four characters a token is the usual rule of thumb for English; rounded up, so that an unreported call is never free.
const charactersPerToken = 4;

/** For servers that report no usage. Rough on purpose; the reply says `usageSource: 'estimated'`. */
export function estimateUsage(promptText: string, answerText: string): Usage {
  return {
    ...noUsage,
    inputTokens: Math.ceil(promptText.length / charactersPerToken),
    outputTokens: Math.ceil(answerText.length / charactersPerToken),
  };
}

/** Everything of a request that the model reads, as one text: for estimates only. */
export function promptTextOf(request: ModelRequest): string {
  const tools = request.tools ? JSON.stringify(request.tools) : '';
  const schema = request.outputSchema ? JSON.stringify(request.outputSchema) : '';
  // An image counts by its size on the screen, not by its bytes: left out of a rough guess.
  const spoken = JSON.stringify(request.messages, (name, value: unknown) =>
    name === 'images' ? undefined : value,
  );
  return request.system + spoken + tools + schema;
}
