import { problemsOfJson } from '../../contracts/json-schema.ts';
import { unstorable } from '../../contracts/storable.ts';
import type { ToolCard } from '../../contracts/tool-card.ts';
import type { Problem } from '../../errors.ts';
import { mayCall } from './may-call.ts';

/** As a model wrote it: the arguments may be broken JSON. */
export interface WrittenCall {
  name: string;
  arguments: string;
}

export type ReadCall<Tool> = { tool: Tool; args: Record<string, unknown> } | { problem: string };

/**
 * Finds the tool and reads its arguments. What is wrong is said all at once, so that the model can mend it. Nothing is said of the
 * arguments of a tool that is not `allowed`: the policy refuses it.
 * @param allowed null: every tool
 */
export function readToolCall<Tool extends ToolCard>(
  tools: readonly Tool[],
  call: WrittenCall,
  allowed: readonly string[] | null,
): ReadCall<Tool> {
  const tool = tools.find(({ name }) => name === call.name);
  if (!tool) {
    const names = tools.flatMap(({ name }) => (!allowed || mayCall(allowed, name) ? [name] : []));
    return { problem: `There is no tool "${call.name}". There are: ${names.join(', ') || 'none'}.` };
  }
  if (allowed && !mayCall(allowed, tool.name)) return { tool, args: {} };
  const args = parseArguments(call.arguments);
  if (!args) return { problem: `The arguments of "${tool.name}" are not a JSON object.` };
  const stored = unstorable(args);
  const problems = stored.length > 0 ? stored : problemsOfJson(tool.parameters, args);
  return problems.length > 0 ? { problem: argumentProblems(tool.name, problems) } : { tool, args };
}

function argumentProblems(name: string, problems: readonly Problem[]): string {
  const lines = problems.map(({ pointer, message }) => `${pointer || '/'}: ${message}`);
  return `The arguments of "${name}" are wrong:\n${lines.join('\n')}`;
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
