import { revisePlanName } from '../core/task/revising.ts';
import type { RecordTool } from './tool.ts';

/** No agent is given it: a Chief of Staff has it while it hears messages and its plan is carried out. */
export const revisePlan: RecordTool = {
  place: 'record',
  risk: 'low',
  effect: 'keyed',
  timeoutMs: 10_000,
  name: revisePlanName,
  description:
    'Asks for a new rest of your plan, because you have heard something that changes what is still to be done. Completed steps and those at work are kept; you are asked for the new steps next.',
  parameters: {
    type: 'object',
    properties: {
      reason: {
        type: 'string',
        description: 'What is new, and what it changes, in one or two sentences',
        minLength: 1,
        maxLength: 2000,
      },
    },
    required: ['reason'],
    additionalProperties: false,
  },
  run: async (context, { reason }) => {
    const problem = await context.revisePlan(String(reason));
    if (problem !== null) return { text: problem, isError: true };
    return {
      text: 'Noted. What is at work ends, nothing else of the plan begins, and you are asked for the new steps. Now answer the messages in a few sentences.',
    };
  },
};
