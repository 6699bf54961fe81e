/**
 * Names of tools as providers take them: letters, digits, _ and -, at most 64. A tool of a server is called `server.tool` everywhere else.
 * The same name always becomes the same one, so what a provider gets back of its own answers stays true, and prompts stay cacheable.
 */
import { createHash } from 'node:crypto';
import type { ModelMessage, ModelProvider, ModelRequest } from './port.ts';

const longest = 64;

export function withWireNames(provider: ModelProvider): ModelProvider {
  return {
    ...provider,
    complete: async (request, options) => {
      const known = new Map((request.tools ?? []).map(({ name }) => [wireName(name), name]));
      const reply = await provider.complete(renamed(request), options);
      const toolCalls = reply.toolCalls.map((call) => ({ ...call, name: known.get(call.name) ?? call.name }));
      return { ...reply, toolCalls };
    },
  };
}

/** `shop.get-order` is `shop__get-order`; what cannot be said like this, or is too long, ends in a hash of the whole name. */
export function wireName(name: string): string {
  const plain = name.replaceAll('.', '__');
  if (/^[A-Za-z0-9_-]+$/.test(plain) && plain.length <= longest) return plain;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${plain.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, longest - 9)}_${hash}`;
}

function renamed(request: ModelRequest): ModelRequest {
  return {
    ...request,
    messages: request.messages.map(renamedMessage),
    ...(request.tools
      ? { tools: request.tools.map((tool) => ({ ...tool, name: wireName(tool.name) })) }
      : {}),
  };
}

function renamedMessage(message: ModelMessage): ModelMessage {
  if (message.role === 'tool') return { ...message, name: wireName(message.name) };
  if (message.role !== 'assistant' || !message.toolCalls) return message;
  return { ...message, toolCalls: message.toolCalls.map((call) => ({ ...call, name: wireName(call.name) })) };
}
