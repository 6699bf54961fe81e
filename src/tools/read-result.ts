import { readResultName } from '../core/context/results.ts';
import type { RecordTool } from './tool.ts';

/** Whoever may use a tool may use this one: it brings only what was the agent's already. */
export const readResult: RecordTool = {
  place: 'record',
  risk: 'low',
  effect: 'none',
  timeoutMs: 10_000,
  name: readResultName,
  description:
    'Reads on in a long result of a tool, or of a step before this one, of which only the beginning was shown. Take handle and from as they were named there.',
  parameters: {
    type: 'object',
    properties: {
      handle: {
        type: 'string',
        description: 'As it was named: res_… or step:…',
        minLength: 1,
        maxLength: 200,
      },
      from: { type: 'integer', description: 'Number of the first character', minimum: 0 },
    },
    required: ['handle', 'from'],
    additionalProperties: false,
  },
  run: async (context, { handle, from }) => {
    const part = await context.readResult(String(handle), Number(from));
    if (!part) return { text: `There is no result "${String(handle)}" in this task.`, isError: true };
    if (part.text === '')
      return {
        text: `The result has ${part.characters} characters; there is nothing from ${String(from)} on.`,
      };
    const on =
      part.next === null
        ? ''
        : `\n…[goes on: call ${readResultName} with handle ${String(handle)} from ${part.next}]`;
    return { text: part.text + on };
  },
};
