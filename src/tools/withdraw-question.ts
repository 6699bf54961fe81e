import { withdrawQuestionName } from '../core/task/hearing-tools.ts';
import type { RecordTool } from './tool.ts';

/** No agent's list names it: whoever may write messages has it, and whoever hears them while a question of its own is open. */
export const withdrawQuestion: RecordTool = {
  place: 'record',
  risk: 'low',
  effect: 'keyed',
  timeoutMs: 10_000,
  name: withdrawQuestionName,
  description:
    'Withdraws a question or request of yours that nobody has answered, because you need no answer any more: a message told you, or it does not matter now. The work on a request stops.',
  parameters: {
    type: 'object',
    properties: {
      question: {
        type: 'string',
        description: 'Id of the question or request; may be left out where only one is open',
        minLength: 1,
        maxLength: 60,
      },
      reason: {
        type: 'string',
        description: 'Why you need no answer any more, for whoever was asked, in a sentence',
        minLength: 1,
        maxLength: 1000,
      },
    },
    required: ['reason'],
    additionalProperties: false,
  },
  run: async (context, { question, reason }) => {
    const id = typeof question === 'string' ? question : null;
    const done = await context.withdrawQuestion({ id, reason: String(reason) });
    if ('problem' in done) return { text: done.problem, isError: true };
    if (!done.waited) return { text: 'Withdrawn.' };
    const goesOn = done.left > 0 ? 'Others of yours are open still.' : 'You go on next, with what you know.';
    return { text: `Withdrawn. ${goesOn} Now answer the messages in a few sentences.` };
  },
};
