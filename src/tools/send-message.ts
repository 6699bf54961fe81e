import type { RecordTool } from './tool.ts';

const longestMinutes = 7 * 24 * 60;

/** By then somebody must have answered; null: whenever. */
export function deadlineIn(minutes: unknown): string | null {
  return typeof minutes === 'number' ? new Date(Date.now() + minutes * 60_000).toISOString() : null;
}

export const minutesParameter = {
  type: 'integer',
  description: 'How long to wait for the answer at most; left out: as long as it takes',
  minimum: 1,
  maximum: longestMinutes,
};

export const sendMessage: RecordTool = {
  place: 'record',
  risk: 'low',
  effect: 'none',
  timeoutMs: 10_000,
  name: 'send_message',
  description:
    'Writes to another agent, to a task, or answers a message. A request to an agent becomes a task of that agent and its result is the answer, which you wait for unless "wait" is false. An inform is read with its next turn or task. A capability_inquiry is answered at once.',
  parameters: {
    type: 'object',
    properties: {
      to: {
        type: 'string',
        description: 'Name or id of an agent, id of a task, or "chief": the Chief of Staff above you',
        minLength: 1,
        maxLength: 100,
      },
      reply_to: {
        type: 'string',
        description: 'Id of the message that you answer',
        minLength: 1,
        maxLength: 60,
      },
      type: { type: 'string', enum: ['request', 'inform', 'status_update', 'capability_inquiry'] },
      text: { type: 'string', minLength: 1, maxLength: 20_000 },
      wait: { type: 'boolean', description: 'For a request: wait for the answer (default) or go on' },
      minutes: minutesParameter,
    },
    required: ['text'],
    additionalProperties: false,
  },
  run: async (context, args) => {
    const { to, reply_to: replyTo, text, type, wait, minutes } = args as Record<string, string | undefined>;
    const kind = (type ?? 'request') as 'request' | 'inform' | 'status_update' | 'capability_inquiry';
    const waits = (wait as unknown) !== false;
    const deadline = deadlineIn(minutes);
    const sent = await context.messages.send({ to, replyTo, type: kind, text: text ?? '', waits, deadline });
    if ('problem' in sent) return { text: sent.problem, isError: true };
    if (sent.answer !== null) return { text: sent.answer, data: { messageId: sent.id } };
    if (sent.waitFor === null)
      return { text: `Sent to ${sent.to} (${sent.id}).`, data: { messageId: sent.id } };
    const detail = `An answer of ${sent.to}`;
    return { wait: { for: sent.waitFor, detail, on: [sent.id], until: deadline } };
  },
};
