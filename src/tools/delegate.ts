import type { RecordTool } from './tool.ts';

/** Limits on it (depth, number, the same goal again) are guards: they are asked before the call is planned. */
export const delegate: RecordTool = {
  place: 'record',
  risk: 'low',
  effect: 'keyed',
  timeoutMs: 10_000,
  name: 'delegate',
  description:
    'Gives a part of your task to another agent and waits for its result. Say the whole job in "goal": the agent sees nothing of this conversation. Several calls in one turn run side by side.',
  parameters: {
    type: 'object',
    properties: {
      goal: { type: 'string', description: 'What is to be done', minLength: 1, maxLength: 50_000 },
      title: { type: 'string', description: 'A few words for people', minLength: 1, maxLength: 200 },
      agentId: { type: 'string', description: 'Who shall do it', minLength: 1, maxLength: 100 },
      requires: {
        type: 'array',
        description: 'Or: what whoever does it must be able to do',
        maxItems: 20,
        items: {
          type: 'object',
          properties: {
            capability: { type: 'string', minLength: 1, maxLength: 60 },
            level: { type: 'integer', minimum: 1, maximum: 5 },
          },
          required: ['capability', 'level'],
          additionalProperties: false,
        },
      },
      tools: {
        type: 'array',
        description: 'Tools that it cannot be done without: only an agent that may use them all gets it',
        maxItems: 50,
        items: { type: 'string', minLength: 1, maxLength: 100 },
      },
      files: {
        type: 'array',
        description: 'Ids or names of files of your task that it needs',
        maxItems: 100,
        items: { type: 'string', minLength: 1, maxLength: 300 },
      },
    },
    required: ['goal'],
    additionalProperties: false,
  },
  run: async (context, args) => {
    const given = args as {
      goal: string;
      title?: string;
      agentId?: string;
      requires?: { capability: string; level: number }[];
      tools?: string[];
      files?: string[];
    };
    const child = await context.delegate({
      goal: given.goal,
      title: given.title ?? null,
      agentId: given.agentId ?? null,
      requires: (given.requires ?? []).map(({ capability, level }) => ({ name: capability, level })),
      tools: [...new Set(given.tools ?? [])],
      files: given.files ?? [],
    });
    if ('problem' in child) return { text: child.problem, isError: true };
    return { wait: { for: 'children', detail: `Delegated: ${child.title}`, on: [child.taskId] } };
  },
};
