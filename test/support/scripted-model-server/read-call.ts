// Requests of the three protocols as one shape, and the complaints that the real servers would make.
import type { IncomingHttpHeaders } from 'node:http';
import { fitsStrict } from '../../../src/models/strict-schema.ts';
import type { Protocol, ServedCall } from './script.ts';

type Body = Record<string, unknown>;
interface Message extends Body {
  role: string;
}

export const protocolOfPath: Record<string, Protocol> = {
  '/v1/chat/completions': 'chat',
  '/v1/responses': 'responses',
  '/v1/messages': 'messages',
  '/v1/completions': 'completions',
};

/** As each provider calls its own web search. */
const searchTool: Partial<Record<Protocol, RegExp>> = {
  responses: /^web_search(_2025_08_26)?$/,
  messages: /^web_search_(20250305|20260209|20260318)$/,
};

function body(value: unknown): Body {
  return value !== null && typeof value === 'object' ? (value as Body) : {};
}

function list(value: unknown): Body[] {
  return Array.isArray(value) ? value.map(body) : [];
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content)
    .map((part) => String(part.text ?? (part.content === undefined ? '' : textOf(part.content))))
    .join('\n');
}

function callHeader(headers: IncomingHttpHeaders): { callKey: string | null; try: number | null } {
  const match = /^(.*)\/(\d+)$/.exec(String(headers['x-adjutant-call'] ?? ''));
  return { callKey: match?.[1] ?? null, try: match ? Number(match[2]) : null };
}

function outputSchemaOf(protocol: Protocol, request: Body): ServedCall['outputSchema'] {
  if (protocol === 'chat') {
    const format = body(body(request.response_format).json_schema);
    return format.schema ? { name: String(format.name), schema: body(format.schema) } : null;
  }
  const format = body(body(protocol === 'responses' ? request.text : request.output_config).format);
  const name = typeof format.name === 'string' ? format.name : null;
  return format.schema ? { name, schema: body(format.schema) } : null;
}

export function readCall(
  id: string,
  protocol: Protocol,
  request: Body,
  headers: IncomingHttpHeaders,
): ServedCall {
  const messages = (
    typeof request.input === 'string'
      ? [{ role: 'user', content: request.input }]
      : list(request.messages ?? request.input)
  ) as Message[];
  const prompts = ([request.prompt ?? []].flat() as unknown[]).map(String);
  const systemMessages = messages
    .filter((message) => message.role === 'system')
    .map((message) => textOf(message.content));
  const spoken = messages.filter((message) => message.role !== 'system');
  return {
    id,
    protocol,
    model: String(request.model ?? ''),
    system:
      request.system === undefined
        ? String(request.instructions ?? systemMessages.join('\n'))
        : textOf(request.system),
    text: [...spoken.map((message) => textOf(message.content ?? message.output)), ...prompts].join('\n'),
    prompts,
    searches: list(request.tools).some((tool) => searchTool[protocol]?.test(String(tool.type))),
    toolNames: list(request.tools).map((tool) => String(body(tool.function).name ?? tool.name)),
    outputSchema: outputSchemaOf(protocol, request),
    maxOutputTokens: Number(request.max_completion_tokens ?? request.max_output_tokens ?? request.max_tokens),
    stream: request.stream === true,
    wantsUsage:
      protocol !== 'chat' || request.stream !== true || body(request.stream_options).include_usage === true,
    ...callHeader(headers),
    body: request,
  };
}

function chatProblems(request: Body): string[] {
  const problems: string[] = [];
  let open = new Set<string>();
  for (const message of list(request.messages) as Message[]) {
    if (message.role === 'tool') {
      if (!open.delete(String(message.tool_call_id)))
        problems.push(`tool message for ${message.tool_call_id}, which was not called`);
      continue;
    }
    if (open.size > 0) problems.push(`tool calls without an answer: ${[...open].join(', ')}`);
    open = new Set(list(message.tool_calls).map((call) => String(call.id)));
  }
  if (open.size > 0) problems.push(`tool calls without an answer: ${[...open].join(', ')}`);
  for (const strict of [
    body(body(request.response_format).json_schema),
    ...list(request.tools).map((tool) => body(tool.function)),
  ]) {
    if (strict.strict === true && !fitsStrict(body(strict.schema ?? strict.parameters)))
      problems.push(`schema of ${strict.name} is not strict`);
  }
  return problems;
}

function responsesProblems(request: Body): string[] {
  const problems: string[] = [];
  const open = new Set<string>();
  for (const item of list(request.input)) {
    if (item.type === 'function_call') open.add(String(item.call_id));
    if (item.type === 'function_call_output' && !open.delete(String(item.call_id)))
      problems.push(`No tool call found for function call output with call_id ${item.call_id}.`);
    if (item.type === 'reasoning' && request.store === false && !item.encrypted_content)
      problems.push(`Item '${item.id}' not found: items are not persisted when store is false.`);
  }
  if (open.size > 0) problems.push(`No tool output found for function call ${[...open].join(', ')}.`);
  return problems;
}

function messagesProblems(request: Body, headers: IncomingHttpHeaders): string[] {
  const problems: string[] = [];
  if (!headers['anthropic-version']) problems.push('anthropic-version: header is required');
  for (const field of ['temperature', 'top_p', 'top_k'])
    if (field in request) problems.push(`${field}: not supported by this model`);
  let open = new Set<string>();
  let role = '';
  for (const message of list(request.messages) as Message[]) {
    if (message.role === role) problems.push(`two ${role} messages in a row`);
    role = message.role;
    const blocks = list(message.content);
    const results = blocks.filter((block) => block.type === 'tool_result');
    if (results.some((_result, index) => blocks[index]?.type !== 'tool_result'))
      problems.push('tool results must come first');
    for (const result of results)
      if (!open.delete(String(result.tool_use_id)))
        problems.push(`result for ${result.tool_use_id}, which was not called`);
    if (open.size > 0) problems.push(`tool_use without tool_result: ${[...open].join(', ')}`);
    open = new Set(blocks.filter((block) => block.type === 'tool_use').map((block) => String(block.id)));
  }
  return problems;
}

/** What the real server would answer with a 400. */
export function problemsOf(call: ServedCall, headers: IncomingHttpHeaders): string[] {
  const problems: string[] = [];
  if (!call.model) problems.push('model: field required');
  if (call.protocol === 'completions')
    return call.prompts.length > 0 ? problems : [...problems, 'prompt: field required'];
  if (call.protocol === 'messages' && !(call.maxOutputTokens > 0))
    problems.push('max_tokens: field required');
  if (list(call.body.messages ?? call.body.input).length === 0)
    problems.push('messages: at least one message is required');
  const own = {
    chat: () => chatProblems(call.body),
    responses: () => responsesProblems(call.body),
    messages: () => messagesProblems(call.body, headers),
  };
  return [...problems, ...own[call.protocol]()];
}
