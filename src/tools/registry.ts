import { problemsOfJson } from '../contracts/json-schema.ts';
import { readFile } from './read-file.ts';
import { searchFiles } from './search-files.ts';
import type { RecordTool, RecordToolContext, ToolAnswer, ToolWait } from './tool.ts';

export interface ToolCallRequest {
  name: string;
  /** As the model wrote them: may be broken JSON. */
  arguments: string;
  /** Names that this agent may use. */
  allowed: readonly string[];
}

export interface ToolRegistry {
  tools: readonly RecordTool[];
  /** Never throws for what a model did wrong: the answer says all that is wrong at once, so that it can mend it. */
  call(context: RecordToolContext, request: ToolCallRequest): Promise<ToolAnswer | ToolWait>;
}

export const builtInTools: readonly RecordTool[] = [searchFiles, readFile];

export function createToolRegistry(tools: readonly RecordTool[] = builtInTools): ToolRegistry {
  return {
    tools,
    call: async (context, request) => {
      const tool = tools.find((each) => each.name === request.name);
      if (!tool)
        return refusal(
          `There is no tool "${request.name}". There are: ${tools.map((each) => each.name).join(', ')}.`,
        );
      if (!request.allowed.includes(tool.name)) return refusal(`You may not use the tool "${tool.name}".`);
      const args = parseArguments(request.arguments);
      if (!args) return refusal(`The arguments of "${tool.name}" are not a JSON object.`);
      const problems = problemsOfJson(tool.parameters, args);
      if (problems.length === 0) return tool.run(context, args);
      return refusal(
        `The arguments of "${tool.name}" are wrong:\n${problems.map((p) => `${p.pointer || '/'}: ${p.message}`).join('\n')}`,
      );
    },
  };
}

function refusal(text: string): ToolAnswer {
  return { text, isError: true };
}

function parseArguments(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
