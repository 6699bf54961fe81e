import type { Script } from '../../test/support/scripted-model-server/script.ts';
import { createWorkRule } from '../../test/support/scripted-model-server/work-rule.ts';

/** In the goal of a step: its model call gets no answer. */
export const withoutAnswer = 'Without an answer';

const work = createWorkRule({});

export const script: Script = {
  rule: (call) => (call.text.includes(withoutAnswer) ? { fault: { kind: 'silent' } } : work(call)),
};
