import { readJson } from '../contracts/json-schema.ts';
import { unstorable } from '../contracts/storable.ts';
import type { ToolCard } from '../contracts/tool-card.ts';
import type { ApprovalRow } from '../db/mappings/approval.ts';
import { AppError } from '../errors.ts';

/** A tool as far as an edited call needs it. */
type Judged = ToolCard & { destination?(args: Record<string, unknown>): string | null };

/**
 * The arguments that a person wants instead, checked like a model's, and where they would go.
 * @throws AppError invalid_request with every problem; wrong_state when the tool is gone
 */
export function toolFor(
  tools: readonly ToolCard[],
  { tool: name }: Pick<ApprovalRow, 'tool'>,
  wanted: Record<string, unknown>,
): { args: Record<string, unknown>; destination: string | null } {
  const tool = tools.find((each) => each.name === name) as Judged | undefined;
  if (!tool) throw new AppError('wrong_state', `The tool ${name} is not there any more.`);
  const problems = unstorable(wanted, '/arguments');
  if (problems.length === 0) {
    for (const { pointer, ...rest } of readJson(tool.parameters, wanted).problems)
      problems.push({ pointer: `/arguments${pointer}`, ...rest });
  }
  if (problems.length > 0)
    throw new AppError('invalid_request', `The arguments do not fit ${name}.`, { problems });
  return { args: wanted, destination: tool.destination?.(wanted) ?? null };
}
