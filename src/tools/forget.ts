import type { RecordTool } from './tool.ts';

export const forget: RecordTool = {
  place: 'record',
  name: 'forget',
  risk: 'low',
  effect: 'keyed',
  timeoutMs: 10_000,
  description:
    'Drops a fact that turned out to be wrong, by the id that recall shows. What a person wrote or confirmed stays: say in your result that it is wrong.',
  parameters: {
    type: 'object',
    properties: { id: { type: 'string', description: 'Id of the fact: mem_…', minLength: 1, maxLength: 40 } },
    required: ['id'],
    additionalProperties: false,
  },
  run: async (context, { id }) => {
    switch (await context.forget(String(id))) {
      case 'forgotten':
        return { text: 'Forgotten.' };
      case 'unknown':
        return { text: `Nothing that you may recall has the id ${String(id)}.`, isError: true };
      case 'kept':
        return { text: 'A person wrote or confirmed this fact: only people drop it.', isError: true };
    }
  },
};
