import type OpenAI from 'openai';
import type { ModelMessage, ModelRequest, ModelTool } from '../port.ts';
import { dataUrlOf } from '../image-url.ts';
import { fitsStrict } from '../strict-schema.ts';

type ResponsesParams = OpenAI.Responses.ResponseCreateParamsStreaming;
type InputItem = OpenAI.Responses.ResponseInputItem;

export interface ResponsesDialect {
  takesTemperature(model: string): boolean;
  /** Only these may be asked for their reasoning; others refuse the question. */
  reasons(model: string): boolean;
}

function itemsOf(message: ModelMessage, model: string): InputItem[] {
  switch (message.role) {
    case 'user':
      if (!message.images?.length) return [{ role: 'user', content: message.text }];
      return [
        {
          role: 'user',
          content: [
            ...message.images.map((image) => ({
              type: 'input_image' as const,
              image_url: dataUrlOf(image),
              detail: 'auto' as const,
            })),
            { type: 'input_text', text: message.text },
          ],
        },
      ];
    case 'tool': {
      // This protocol has no error mark; the word in front is how a model learns of it.
      const output = message.isError ? `Error: ${message.text}` : message.text;
      return [{ type: 'function_call_output', call_id: message.callId, output }];
    }
    case 'assistant': {
      // Given back exactly as it came, reasoning included: its items belong together.
      const { carry } = message;
      if (carry?.provider === 'openai' && carry.model === model) return carry.content as InputItem[];
      const text: InputItem[] = message.text ? [{ role: 'assistant', content: message.text }] : [];
      const calls = (message.toolCalls ?? []).map(
        ({ id, name, arguments: written }): InputItem => ({
          type: 'function_call',
          call_id: id,
          name,
          arguments: written,
        }),
      );
      return [...text, ...calls];
    }
  }
}

function functionTool({ name, description, parameters }: ModelTool): OpenAI.Responses.FunctionTool {
  return { type: 'function', name, description, parameters, strict: fitsStrict(parameters) };
}

/** Nothing is kept at the provider (`store: false`): the record is ours, so reasoning travels with the request, encrypted. */
export function responsesRequest(request: ModelRequest, dialect: ResponsesDialect): ResponsesParams {
  const params: ResponsesParams = {
    model: request.model,
    input: request.messages.flatMap((message) => itemsOf(message, request.model)),
    max_output_tokens: request.maxOutputTokens,
    store: false,
    stream: true,
  };
  if (request.system) params.instructions = request.system;
  if (dialect.reasons(request.model)) params.include = ['reasoning.encrypted_content'];
  if (request.temperature !== undefined && dialect.takesTemperature(request.model)) {
    params.temperature = request.temperature;
  }
  if (request.tools?.length) params.tools = request.tools.map(functionTool);
  if (request.outputSchema) {
    const { name, schema } = request.outputSchema;
    params.text = { format: { type: 'json_schema', name, schema, strict: fitsStrict(schema) } };
  }
  return params;
}
