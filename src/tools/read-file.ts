import type { RecordTool } from './tool.ts';

const charactersPerCall = 16_000;

export const readFile: RecordTool = {
  place: 'record',
  risk: 'low',
  effect: 'none',
  timeoutMs: 10_000,
  name: 'read_file',
  description:
    'Reads a file of this task from a passage on. Long files come in parts: call again with the "from" that the answer names.',
  parameters: {
    type: 'object',
    properties: {
      file: { type: 'string', description: 'The id or the name of the file', minLength: 1, maxLength: 300 },
      from: { type: 'integer', description: 'Number of the first passage, 0 at the beginning', minimum: 0 },
    },
    required: ['file'],
    additionalProperties: false,
  },
  run: async (context, { file, from }) => {
    const part = await context.readPassages(String(file), Number(from ?? 0), charactersPerCall);
    if (!part) return { text: `This task has no file "${String(file)}".`, isError: true };
    const text = part.passages.map((passage) => `[${passage.label}] ${passage.text}`).join('\n');
    return {
      text: part.next === null ? text : `${text}\n\n[Goes on: call read_file with from ${part.next}]`,
    };
  },
};
