import { chatUsage } from './write-chat.ts';
import type { Reply } from './whole-answer.ts';
import type { Answer, ServedCall } from './script.ts';

/** The older completions: one choice per prompt, with the top list of the next token. Never streamed here. */
export function writeCompletion(call: ServedCall, answer: Answer): Reply {
  const usage = {
    inputTokens: Math.max(1, Math.ceil(call.text.length / 4)),
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: call.prompts.length,
    reasoningTokens: 0,
    ...answer.usage,
  };
  const choices = call.prompts.map((prompt, index) => {
    const top = answer.top?.(prompt) ?? {};
    const [token = '', logprob = 0] = Object.entries(top).toSorted(([, a], [, b]) => b - a)[0] ?? [];
    return {
      index,
      text: answer.text ?? token,
      finish_reason: 'length',
      logprobs: answer.top
        ? { tokens: [token], token_logprobs: [logprob], top_logprobs: [top], text_offset: [prompt.length] }
        : null,
    };
  });
  const head = {
    id: `cmpl-${call.id}`,
    object: 'text_completion',
    created: 1_760_000_000,
    model: call.model,
  };
  const body = { ...head, choices, ...(answer.noUsage ? {} : { usage: chatUsage(usage) }) };
  return { usage, events: [`data: ${JSON.stringify(body)}\n\n`, 'data: [DONE]\n\n'], body };
}
