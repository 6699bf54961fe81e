import type { RecordTool } from './tool.ts';

const most = 12;

export const searchFiles: RecordTool = {
  place: 'record',
  risk: 'low',
  effect: 'none',
  timeoutMs: 10_000,
  name: 'search_files',
  description: 'Searches the files of this task for words and returns the best passages with their places.',
  parameters: {
    type: 'object',
    properties: { query: { type: 'string', description: 'Words to look for', minLength: 1, maxLength: 300 } },
    required: ['query'],
    additionalProperties: false,
  },
  run: async (context, { query }) => {
    const found = await context.searchPassages(String(query), most);
    if (found.length === 0) return { text: `Nothing was found for "${String(query)}".` };
    return {
      text: found.map((passage) => `[${passage.fileName}, ${passage.label}] ${passage.text}`).join('\n\n'),
    };
  },
};
