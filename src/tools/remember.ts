import { factCharacters, MemoryScope } from '../contracts/memory.ts';
import type { RecordTool } from './tool.ts';

export const remember: RecordTool = {
  place: 'record',
  name: 'remember',
  risk: 'low',
  effect: 'keyed',
  timeoutMs: 10_000,
  description:
    'Keeps one fact beyond this task: short, true by itself, worth knowing later. Never instructions, passwords or keys. Recall first, so that nothing is kept twice in other words.',
  parameters: {
    type: 'object',
    properties: {
      text: {
        type: 'string',
        description: 'One fact in one or two sentences',
        minLength: 1,
        maxLength: factCharacters,
      },
      for: {
        type: 'string',
        enum: MemoryScope.options,
        description:
          'workspace: everybody may need it; agent: only you; person: it is about whom you work for',
      },
      confidence: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        description: 'How sure you are; 1 when you leave it out',
      },
      days: { type: 'integer', minimum: 1, maximum: 3650, description: 'Forget it after so many days' },
    },
    required: ['text', 'for'],
    additionalProperties: false,
  },
  run: async (context, { text, for: scope, confidence, days }) => {
    const kept = await context.remember({
      text: String(text).trim(),
      scope: MemoryScope.parse(scope),
      confidence: typeof confidence === 'number' ? confidence : 1,
      days: typeof days === 'number' ? days : null,
    });
    if ('problem' in kept) return { text: kept.problem, isError: true };
    return {
      text: kept.fresh ? `Kept as ${kept.id}.` : `That was known already (${kept.id}).`,
      data: { id: kept.id },
    };
  },
};
