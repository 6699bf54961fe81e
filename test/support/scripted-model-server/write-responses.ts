import type { Usage } from '../../../src/models/port.ts';
import type { ServedCall } from './script.ts';
import { searchItems } from './write-search.ts';
import { piecesOf, type Reply, type WholeAnswer } from './whole-answer.ts';

interface Output {
  item: Record<string, unknown>;
  /** Events between `added` and `done`, without their index. */
  between: { type: string; [key: string]: unknown }[];
}

function usageOf(usage: Usage): object {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}

function messageOutput(call: ServedCall, { text, pieces, stop }: WholeAnswer): Output {
  const item_id = `msg_${call.id}`;
  const refused = stop === 'refused';
  const content = refused
    ? { type: 'refusal', refusal: text }
    : { type: 'output_text', text, annotations: [] };
  const delta = refused ? 'response.refusal.delta' : 'response.output_text.delta';
  return {
    item: { id: item_id, type: 'message', role: 'assistant', status: 'completed', content: [content] },
    between: pieces.map((piece) => ({ type: delta, item_id, content_index: 0, delta: piece })),
  };
}

function outputsOf(call: ServedCall, answer: WholeAnswer): Output[] {
  const { thinking, text, toolCalls } = answer;
  const reasoning = {
    id: `rs_${call.id}`,
    type: 'reasoning',
    summary: [],
    encrypted_content: thinking?.signature,
  };
  return [
    ...(thinking ? [{ item: reasoning, between: [] }] : []),
    ...(answer.search ? searchItems(call, answer.search) : []),
    ...(text ? [messageOutput(call, answer)] : []),
    ...toolCalls.map(({ id, name, arguments: written }, index): Output => {
      const item_id = `fc_${call.id}_${index}`;
      return {
        item: {
          id: item_id,
          type: 'function_call',
          call_id: id,
          name,
          arguments: written,
          status: 'completed',
        },
        between: piecesOf(written, 12).map((delta) => ({
          type: 'response.function_call_arguments.delta',
          item_id,
          delta,
        })),
      };
    }),
  ];
}

function endOf({ stop, text }: WholeAnswer): { status: string; incomplete_details: object | null } {
  if (stop === 'length') return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
  if (stop === 'refused' && !text)
    return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
  return { status: 'completed', incomplete_details: null };
}

function toolUsageOf({ search, noUsage }: WholeAnswer): object {
  if (!search || noUsage) return {};
  const image_gen = { input_tokens: 0, output_tokens: 0, total_tokens: 0 };
  return { tool_usage: { image_gen, web_search: { num_requests: search.searches ?? 1 } } };
}

export function writeResponse(call: ServedCall, answer: WholeAnswer): Reply {
  const outputs = outputsOf(call, answer);
  const head = {
    id: `resp_${call.id}`,
    object: 'response',
    created_at: 1_760_000_000,
    model: call.model,
    error: null,
  };
  const begun = { ...head, status: 'in_progress', incomplete_details: null, output: [], usage: null };
  const end = endOf(answer);
  const usage = answer.noUsage ? null : usageOf(answer.usage);
  const body = { ...head, ...end, output: outputs.map(({ item }) => item), usage, ...toolUsageOf(answer) };
  const events = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...outputs.flatMap(({ item, between }, output_index) => [
      { type: 'response.output_item.added', output_index, item: { ...item, status: 'in_progress' } },
      ...between.map((event) => ({ ...event, output_index })),
      { type: 'response.output_item.done', output_index, item },
    ]),
    { type: `response.${end.status}`, response: body },
  ];
  return {
    usage: answer.usage,
    events: events.map(
      (event, sequence_number) =>
        `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`,
    ),
    body,
  };
}
