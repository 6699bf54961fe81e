import { revisePlanName } from '../core/task/hearing-tools.ts';
import type { RecordTool } from './tool.ts';

const whatFollows = {
  'the whole': 'The plan that waits is taken back, and you are asked for the whole plan again.',
  'the rest': 'What is at work ends, nothing else of the plan begins, and you are asked for the new steps.',
};

/** No agent is given it: a Chief of Staff has it while it hears messages and its plan waits or is carried out. */
export const revisePlan: RecordTool = {
  place: 'record',
  risk: 'low',
  effect: 'keyed',
  timeoutMs: 10_000,
  name: revisePlanName,
  description:
    'Asks to write your plan again, because you have heard something that changes what is to be done. Of a plan that is carried out it is the rest: completed steps and those at work are kept. You are asked for it next.',
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
    const revised = await context.revisePlan(String(reason));
    if ('problem' in revised) return { text: revised.problem, isError: true };
    return { text: `Noted. ${whatFollows[revised.again]} Now answer the messages in a few sentences.` };
  },
};
