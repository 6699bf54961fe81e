import { type Desk, postAccepted } from './desk.ts';
import type { Accepted } from './give-tasks.ts';

/** The title of what nobody decides. */
export const undecided = 'Nobody decides this';

/**
 * One of each: items of a forEach, a tool call that people are asked about, approvals by one and by two, one that expires, an order that two
 * people agree to and that may not be placed twice, a question to people, a join, an agent.
 */
const everyKind = (orderUrl: string) => ({
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
    {
      id: 'late',
      kind: 'approval',
      onError: 'continue',
      with: { title: undecided, expiresIn: 'PT3S' },
    },
    {
      id: 'order',
      kind: 'tool',
      onError: 'continue',
      with: { tool: 'http_request', arguments: { method: 'POST', url: orderUrl, body: '{"sides":4}' } },
    },
    { id: 'agree', kind: 'approval', dependsOn: ['each'], with: { title: 'Is that enough?' } },
    {
      id: 'both',
      kind: 'approval',
      dependsOn: ['each'],
      with: { title: 'Do two of you agree?', fourEyes: true },
    },
    { id: 'ask', kind: 'wait', dependsOn: ['each'], with: { message: 'Which side matters most?' } },
    {
      id: 'known',
      kind: 'set',
      dependsOn: ['sum', 'agree', 'both', 'ask'],
      with: { values: { side: 'steps.ask.output.text', seen: 'size(steps.each.output)' } },
    },
    {
      id: 'last',
      kind: 'agent',
      dependsOn: ['known', 'late', 'order'],
      with: { goal: 'Recommend one: ${{ steps.known.output.side }}', requires: [] },
    },
  ],
  output: '${{ steps.known.output }}',
});

/** Of tool calls that wait for people: one within the record, one that leaves the process, one that nobody decides, one that two people decide. */
const rules = [
  { tool: 'calculate' },
  { tool: 'write_artifact' },
  { tool: 'remember', expiresIn: 'PT3S' },
  { tool: 'http_request', fourEyes: true },
];

export async function setUpRuns(
  desk: Desk,
  { key, orderUrl }: { key: string; orderUrl: string },
): Promise<string> {
  for (const rule of rules)
    await postAccepted(desk, {
      path: 'approval-rules',
      key: `${key}-rule-${rule.tool}`,
      body: { name: `Ask before ${rule.tool}`, effect: 'ask', ...rule },
    });
  const { body } = await postAccepted(desk, {
    path: 'workflows',
    key: `${key}-workflow`,
    body: everyKind(orderUrl),
  });
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
