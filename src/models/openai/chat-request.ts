import type OpenAI from 'openai';
import type { JsonSchema, ModelMessage, ModelRequest, ModelTool } from '../port.ts';
import { dataUrlOf } from '../image-url.ts';
import { fitsStrict } from '../strict-schema.ts';

type ChatParams = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;
type ChatMessage = OpenAI.Chat.Completions.ChatCompletionMessageParam;

/** OpenAI counts reasoning within `max_completion_tokens` and refuses the older name; many compatible servers know only that one. */
export type TokenLimitField = 'max_completion_tokens' | 'max_tokens';

export interface ChatDialect {
  tokenLimitField: TokenLimitField;
  /** Whether this model takes a temperature other than its own. */
  takesTemperature(model: string): boolean;
}

function chatMessage(message: ModelMessage): ChatMessage {
  switch (message.role) {
    case 'user':
      if (!message.images?.length) return { role: 'user', content: message.text };
      return {
        role: 'user',
        content: [
          ...message.images.map((image) => ({
            type: 'image_url' as const,
            image_url: { url: dataUrlOf(image) },
          })),
          { type: 'text', text: message.text },
        ],
      };
    case 'tool':
      // This protocol has no error mark; the word in front is how a model learns of it.
      return {
        role: 'tool',
        tool_call_id: message.callId,
        content: message.isError ? `Error: ${message.text}` : message.text,
      };
    case 'assistant': {
      const calls = message.toolCalls ?? [];
      if (calls.length === 0) return { role: 'assistant', content: message.text };
      return {
        role: 'assistant',
        content: message.text || null,
        tool_calls: calls.map((call) => ({
          id: call.id,
          type: 'function',
          function: { name: call.name, arguments: call.arguments },
        })),
      };
    }
  }
}

function chatTool(tool: ModelTool): OpenAI.Chat.Completions.ChatCompletionTool {
  const { name, description, parameters } = tool;
  return { type: 'function', function: { name, description, parameters, strict: fitsStrict(parameters) } };
}

function responseFormat(output: { name: string; schema: JsonSchema }): ChatParams['response_format'] {
  const { name, schema } = output;
  return { type: 'json_schema', json_schema: { name, schema, strict: fitsStrict(schema) } };
}

export function chatRequest(request: ModelRequest, dialect: ChatDialect): ChatParams {
  const system: ChatMessage[] = request.system ? [{ role: 'system', content: request.system }] : [];
  const params: ChatParams = {
    model: request.model,
    messages: [...system, ...request.messages.map(chatMessage)],
    stream: true,
    stream_options: { include_usage: true },
    [dialect.tokenLimitField]: request.maxOutputTokens,
  };
  if (request.temperature !== undefined && dialect.takesTemperature(request.model))
    params.temperature = request.temperature;
  if (request.tools?.length) params.tools = request.tools.map(chatTool);
  if (request.outputSchema) params.response_format = responseFormat(request.outputSchema);
  return params;
}
