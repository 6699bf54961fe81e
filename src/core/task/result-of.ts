import type { TaskResult } from '../../contracts/task.ts';

/** A task's result from what a run or a method brought: text is Markdown, an object with `markdown` is taken apart, the rest is shown as JSON. */
export function resultOf(output: unknown): TaskResult {
  if (typeof output === 'string') return { markdown: output };
  if (
    typeof output === 'object' &&
    output !== null &&
    typeof (output as { markdown?: unknown }).markdown === 'string'
  ) {
    const { markdown, ...data } = output as { markdown: string };
    return Object.keys(data).length > 0
      ? { markdown, data: 'data' in data ? data.data : data }
      : { markdown };
  }
  return { markdown: `\`\`\`json\n${JSON.stringify(output, null, 2)}\n\`\`\``, data: output };
}

/** What later steps see of it as `steps.id.output`: its data where the task had a schema, else `{ markdown, data }`. */
export function stepOutputOf(result: TaskResult | null): unknown {
  if (!result) return null;
  return result.data === undefined
    ? { markdown: result.markdown }
    : withMarkdown(result.data, result.markdown);
}

function withMarkdown(data: unknown, markdown: string): unknown {
  const plain = typeof data === 'object' && data !== null && !Array.isArray(data);
  return plain ? { markdown, ...data } : { markdown, data };
}
