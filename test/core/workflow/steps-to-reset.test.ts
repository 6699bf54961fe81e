import { describe, expect, test } from '@jest/globals';
import { WorkflowDefinition } from '../../../src/contracts/workflow.ts';
import { type RetriedRow, stepsToReset } from '../../../src/core/workflow/steps-to-reset.ts';

/** read → left, right → write; a remark beside them, which may fail. */
const definition = WorkflowDefinition.parse({
  name: 'Two sides',
  steps: [
    { id: 'read', kind: 'agent', with: { goal: 'Read' } },
    { id: 'left', kind: 'agent', dependsOn: ['read'], with: { goal: 'Left' } },
    { id: 'right', kind: 'agent', dependsOn: ['read'], with: { goal: 'Right' } },
    { id: 'write', kind: 'agent', dependsOn: ['left', 'right'], with: { goal: 'Write' } },
    { id: 'remark', kind: 'agent', onError: 'continue', with: { goal: 'Remark' } },
  ],
});
const ended = (statuses: Record<string, RetriedRow['status']>): RetriedRow[] =>
  definition.steps.map(({ id }) => ({
    key: id,
    stepId: id,
    index: null,
    status: statuses[id] ?? 'completed',
  }));

describe('a retry from a step', () => {
  test('begins it anew with what comes after it, and keeps the rest', () => {
    const rows = ended({ right: 'failed', write: 'cancelled' });
    expect(stepsToReset(definition, rows, 'right')).toEqual(['right', 'write']);
    expect(stepsToReset(definition, ended({}), 'left')).toEqual(['left', 'write']);
  });

  test('begins anew what was stopped beside it: the run could not complete without', () => {
    const rows = ended({ left: 'cancelled', right: 'failed', write: 'cancelled' });
    expect(stepsToReset(definition, rows, 'right')).toEqual(['left', 'right', 'write']);
  });

  test('begins anew what failed the run beside it, but not what was allowed to fail', () => {
    const rows = ended({ left: 'failed', right: 'failed', write: 'cancelled', remark: 'failed' });
    expect(stepsToReset(definition, rows, 'right')).toEqual(['left', 'right', 'write']);
  });
});

test('a retry from one item of a forEach keeps its siblings, but for those that did not complete', () => {
  const items = (...statuses: RetriedRow['status'][]): RetriedRow[] =>
    statuses.map((status, index) => ({ key: `left[${index}]`, stepId: 'left', index, status }));
  const rows = [
    ...ended({ left: 'failed', write: 'cancelled' }),
    ...items('completed', 'failed', 'completed', 'cancelled'),
  ];
  expect(stepsToReset(definition, rows, 'left[1]')).toEqual(['left', 'write', 'left[1]', 'left[3]']);
  expect(stepsToReset(definition, rows, 'left[0]')).toContain('left[0]');
  expect(stepsToReset(definition, rows, 'left')).toContain('left[2]');
});

test('a retry without a step begins everything anew that did not complete', () => {
  const rows = ended({ left: 'failed', write: 'cancelled', remark: 'failed' });
  expect(stepsToReset(definition, rows)).toEqual(['left', 'write', 'remark']);
});

test('a retry without a step does the items anew that were allowed to fail, and what their step gave on with them', () => {
  const list = WorkflowDefinition.parse({
    name: 'A list',
    steps: [
      { id: 'each', kind: 'agent', onError: 'continue', forEach: { items: [1, 2] }, with: { goal: 'Each' } },
      { id: 'sum', kind: 'agent', dependsOn: ['each'], with: { goal: 'Sum' } },
      { id: 'beside', kind: 'agent', with: { goal: 'Beside' } },
    ],
  });
  const row = (stepId: string, status: RetriedRow['status'], index: number | null = null): RetriedRow => ({
    key: index === null ? stepId : `${stepId}[${index}]`,
    stepId,
    index,
    status,
  });
  const rows = [
    row('each', 'completed'),
    row('each', 'completed', 0),
    row('each', 'failed', 1),
    row('sum', 'completed'),
    row('beside', 'failed'),
  ];
  expect(stepsToReset(list, rows)).toEqual(['each', 'each[1]', 'sum', 'beside']);
  expect(stepsToReset(list, rows, 'beside')).toEqual(['beside']);
});
