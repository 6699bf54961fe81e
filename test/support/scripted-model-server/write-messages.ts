import { piecesOf, type Reply, type WholeAnswer } from './whole-answer.ts';
import type { ServedCall } from './script.ts';
import { type SearchBlock, searchBlocks } from './write-search.ts';

const stopReasons = { end: 'end_turn', length: 'max_tokens', tools: 'tool_use', refused: 'refusal' };

type Block = SearchBlock;

function inputOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function blocksOf(call: ServedCall, answer: WholeAnswer): Block[] {
  const { thinking, text, pieces, toolCalls } = answer;
  const blocks: Block[] = [];
  if (thinking) {
    blocks.push({
      start: { type: 'thinking', thinking: '', signature: '' },
      deltas: [
        ...piecesOf(thinking.text, 20).map((piece) => ({ type: 'thinking_delta', thinking: piece })),
        { type: 'signature_delta', signature: thinking.signature },
      ],
      whole: { type: 'thinking', thinking: thinking.text, signature: thinking.signature },
    });
  }
  if (answer.search) blocks.push(...searchBlocks(call, answer.search));
  if (text) {
    blocks.push({
      start: { type: 'text', text: '' },
      deltas: pieces.map((piece) => ({ type: 'text_delta', text: piece })),
      whole: { type: 'text', text },
    });
  }
  for (const { id, name, arguments: written } of toolCalls) {
    blocks.push({
      start: { type: 'tool_use', id, name, input: {} },
      deltas: piecesOf(written, 12).map((piece) => ({
        type: 'input_json_delta',
        partial_json: piece,
      })),
      whole: { type: 'tool_use', id, name, input: inputOf(written) },
    });
  }
  return blocks;
}

/** This protocol counts the cache apart from the input. */
function usageOf({ usage, search }: WholeAnswer) {
  return {
    input_tokens: usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cachedInputTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    output_tokens: usage.outputTokens,
    output_tokens_details: { thinking_tokens: usage.reasoningTokens },
    ...(search
      ? { server_tool_use: { web_search_requests: search.searches ?? 1, web_fetch_requests: 0 } }
      : {}),
  };
}

export function writeMessage(call: ServedCall, answer: WholeAnswer): Reply {
  const blocks = blocksOf(call, answer);
  const usage = usageOf(answer);
  const stop_reason = stopReasons[answer.stop];
  const event = (type: string, fields: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  const head = { id: `msg_${call.id}`, type: 'message', role: 'assistant', model: call.model };
  const started = {
    ...head,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 1 },
  };
  const events = [
    event('message_start', { message: started }),
    event('ping', {}),
    ...blocks.flatMap(({ start, deltas }, index) => [
      event('content_block_start', { index, content_block: start }),
      ...deltas.map((delta) => event('content_block_delta', { index, delta })),
      event('content_block_stop', { index }),
    ]),
    event('message_delta', { delta: { stop_reason, stop_sequence: null }, usage }),
    event('message_stop', {}),
  ];
  const body = {
    ...head,
    content: blocks.map(({ whole }) => whole),
    stop_reason,
    stop_sequence: null,
    usage,
  };
  return { usage: answer.usage, events, body };
}
