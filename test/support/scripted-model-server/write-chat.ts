import type { Usage } from '../../../src/models/port.ts';
import { piecesOf, type Reply, type WholeAnswer } from './whole-answer.ts';
import type { ServedCall } from './script.ts';

const finishReasons = { end: 'stop', length: 'length', tools: 'tool_calls', refused: 'content_filter' };

export function chatUsage(usage: Usage): unknown {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

function deltasOf(answer: WholeAnswer): unknown[] {
  const refused = answer.stop === 'refused';
  const texts = answer.pieces.map((piece) => (refused ? { refusal: piece } : { content: piece }));
  const calls = answer.toolCalls.flatMap((call, index) => [
    { tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }] },
    ...piecesOf(call.arguments, 12).map((piece) => ({
      tool_calls: [{ index, function: { arguments: piece } }],
    })),
  ]);
  return [{ role: 'assistant', content: '' }, ...texts, ...calls];
}

export function writeChat(call: ServedCall, answer: WholeAnswer): Reply {
  const head = { id: `chatcmpl-${call.id}`, created: 1_760_000_000, model: call.model };
  const finish = finishReasons[answer.stop];
  const chunk = (fields: object) =>
    `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...fields })}\n\n`;
  const choice = (delta: unknown, finish_reason: string | null) =>
    chunk({ choices: [{ index: 0, delta, finish_reason, logprobs: null }] });
  const usage =
    answer.noUsage || !call.wantsUsage ? [] : [chunk({ choices: [], usage: chatUsage(answer.usage) })];
  const message = {
    role: 'assistant',
    content: answer.stop === 'refused' ? null : answer.text,
    refusal: answer.stop === 'refused' ? answer.text : null,
    tool_calls: answer.toolCalls.map(({ id, name, arguments: text }) => ({
      id,
      type: 'function',
      function: { name, arguments: text },
    })),
  };
  return {
    usage: answer.usage,
    events: [
      ...deltasOf(answer).map((delta) => choice(delta, null)),
      choice({}, finish),
      ...usage,
      'data: [DONE]\n\n',
    ],
    body: {
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: finish, logprobs: null }],
      ...(answer.noUsage ? {} : { usage: chatUsage(answer.usage) }),
    },
  };
}
