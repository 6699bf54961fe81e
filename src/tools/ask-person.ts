import { clip } from '../core/context/clip.ts';
import { deadlineIn, minutesParameter } from './send-message.ts';
import type { RecordTool, RecordToolContext, ToolAnswer, ToolWait } from './tool.ts';

const parameters = {
  type: 'object',
  properties: {
    question: { type: 'string', description: 'One clear question', minLength: 1, maxLength: 5000 },
    minutes: minutesParameter,
  },
  required: ['question'],
  additionalProperties: false,
};

const card = { place: 'record', risk: 'low', effect: 'none', timeoutMs: 10_000, parameters } as const;

export const askPerson: RecordTool = {
  ...card,
  name: 'ask_person',
  description:
    'Asks the people in charge a question and waits for their answer. Only for what you cannot find out or decide yourself.',
  run: (context, args) => ask(context, 'person', args),
};

export const askChief: RecordTool = {
  ...card,
  name: 'ask_chief',
  description: 'Asks the Chief of Staff above you a question and waits for the answer.',
  run: (context, args) => ask(context, 'chief', args),
};

async function ask(
  { messages }: RecordToolContext,
  to: 'person' | 'chief',
  { question, minutes }: Record<string, unknown>,
): Promise<ToolAnswer | ToolWait> {
  const until = deadlineIn(minutes);
  const text = String(question);
  const sent = await messages.send({ to, type: 'request', text, waits: true, deadline: until });
  if ('problem' in sent) return { text: sent.problem, isError: true };
  return {
    wait: { for: to === 'person' ? 'person' : 'message', detail: clip(text, 200), on: [sent.id], until },
  };
}
