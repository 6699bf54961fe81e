import { type Desk, postAccepted } from './desk.ts';
import type { Accepted } from './give-tasks.ts';

/** One of each: items of a forEach, a tool call that people are asked about, an approval, a question to people, a join, an agent. */
const everyKind = {
  name: 'Look at each side',
  inputs: {
    type: 'object',
    required: ['items'],
    properties: { items: { type: 'array', items: { type: 'string' } } },
  },
  steps: [
    {
      id: 'each',
      kind: 'agent',
      forEach: { items: '${{ inputs.items }}', as: 'item', maxParallel: 3 },
      with: { goal: 'Look at ${{ item }}.', requires: [] },
    },
    {
      id: 'sum',
      kind: 'tool',
      with: { tool: 'calculate', arguments: { expression: 'size(who) + 1', variables: { who: 'a step' } } },
    },
    { id: 'agree', kind: 'approval', dependsOn: ['each'], with: { title: 'Is that enough?' } },
    { id: 'ask', kind: 'wait', dependsOn: ['each'], with: { message: 'Which side matters most?' } },
    {
      id: 'known',
      kind: 'set',
      dependsOn: ['sum', 'agree', 'ask'],
      with: { values: { side: 'steps.ask.output.text', seen: 'size(steps.each.output)' } },
    },
    {
      id: 'last',
      kind: 'agent',
      dependsOn: ['known'],
      with: { goal: 'Recommend one: ${{ steps.known.output.side }}', requires: [] },
    },
  ],
  output: '${{ steps.known.output }}',
};

/** Two kinds of tool calls wait for a person's yes: one within the record, one that leaves the process. */
export async function setUpRuns(desk: Desk, key: string): Promise<string> {
  for (const tool of ['calculate', 'write_artifact'])
    await postAccepted(desk, {
      path: 'approval-rules',
      key: `${key}-rule-${tool}`,
      body: { name: `Ask before ${tool}`, tool, effect: 'ask' },
    });
  const { body } = await postAccepted(desk, { path: 'workflows', key: `${key}-workflow`, body: everyKind });
  return String(body.id);
}

export async function giveRun(desk: Desk, key: string, workflowId: string): Promise<Accepted> {
  const inputs = { items: ['north', 'east', 'south', 'west'].map((side) => `${side} of ${key}`) };
  const { body, asked } = await postAccepted(desk, {
    path: `workflows/${workflowId}/runs`,
    key,
    body: { inputs },
  });
  return { key, id: String(body.id), asked };
}
