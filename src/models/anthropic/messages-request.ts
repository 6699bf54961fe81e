import type Anthropic from '@anthropic-ai/sdk';
import type { ModelImage, ModelMessage, ModelRequest, ToolCall } from '../port.ts';
import { fitsStrict } from '../strict-schema.ts';
import { markConversation, markedSystem } from './mark-caches.ts';

type MessagesParams = Anthropic.MessageCreateParamsStreaming;
type Block = Anthropic.ContentBlockParam;

/** This protocol wants an object. What the model wrote and was no JSON is shown to it again as text, so that it can see its fault. */
function inputOf(call: ToolCall): unknown {
  try {
    const input: unknown = JSON.parse(call.arguments || '{}');
    return input !== null && typeof input === 'object' && !Array.isArray(input) ? input : { value: input };
  } catch {
    return { unparsed: call.arguments };
  }
}

function assistantBlocks(message: Extract<ModelMessage, { role: 'assistant' }>): Block[] {
  // A carried answer is given back exactly as it came: its signatures cover order and content. Another model's reasoning is
  // passed over by the provider.
  if (message.carry?.provider === 'anthropic') return message.carry.content as Block[];
  const text: Block[] = message.text ? [{ type: 'text', text: message.text }] : [];
  const calls = (message.toolCalls ?? []).map(
    (call): Block => ({ type: 'tool_use', id: call.id, name: call.name, input: inputOf(call) }),
  );
  return [...text, ...calls];
}

function imageBlock({ mediaType, data }: ModelImage): Block {
  const media_type = mediaType as Anthropic.Base64ImageSource['media_type'];
  return { type: 'image', source: { type: 'base64', media_type, data } };
}

function blocksOf(message: ModelMessage): { role: 'user' | 'assistant'; blocks: Block[] } {
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        blocks: [...(message.images ?? []).map(imageBlock), { type: 'text', text: message.text }],
      };
    case 'assistant':
      return { role: 'assistant', blocks: assistantBlocks(message) };
    case 'tool': {
      const { callId, text, isError } = message;
      return {
        role: 'user',
        blocks: [{ type: 'tool_result', tool_use_id: callId, content: text, is_error: isError ?? false }],
      };
    }
  }
}

/** Results of parallel calls must stand together in one user message; neighbours of one role are joined. */
function joinedMessages(messages: ModelMessage[]): Anthropic.MessageParam[] {
  const joined: { role: 'user' | 'assistant'; content: Block[] }[] = [];
  for (const message of messages) {
    const { role, blocks } = blocksOf(message);
    const last = joined.at(-1);
    if (blocks.length === 0) continue;
    if (last?.role === role) last.content.push(...blocks);
    else joined.push({ role, content: [...blocks] });
  }
  return joined;
}

/** No temperature: current models refuse one. */
export function messagesRequest(request: ModelRequest): MessagesParams {
  const params: MessagesParams = {
    model: request.model,
    max_tokens: request.maxOutputTokens,
    messages: joinedMessages(request.messages),
    stream: true,
  };
  if (request.system) params.system = markedSystem(request.system);
  if (request.tools?.length) {
    params.messages = markConversation(params.messages);
    params.tools = request.tools.map(({ name, description, parameters }) => ({
      name,
      description,
      input_schema: { ...parameters, type: 'object' },
      ...(fitsStrict(parameters) ? { strict: true } : {}),
    }));
  }
  if (request.outputSchema)
    params.output_config = { format: { type: 'json_schema', schema: request.outputSchema.schema } };
  return params;
}
