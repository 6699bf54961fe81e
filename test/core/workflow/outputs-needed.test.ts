import { describe, expect, it } from '@jest/globals';
import { WorkflowDefinition } from '../../../src/contracts/workflow.ts';
import {
  outputsNeeded,
  outputsNeededAtEnd,
  outputsToLoad,
} from '../../../src/core/workflow/outputs-needed.ts';
import { nextSteps } from '../../../src/core/workflow/next-steps.ts';
import type { StepRow } from '../../../src/core/workflow/step-rows.ts';

const agent = (id: string, dependsOn: string[] = [], goal = 'g', more = {}) => ({
  id,
  kind: 'agent',
  dependsOn,
  with: { goal, requires: [], files: ['${{ steps.files.output.ids }}'].filter(() => id === 'd') },
  ...more,
});
const definition = WorkflowDefinition.parse({
  name: 'n',
  steps: [
    { id: 'files', kind: 'set', with: { values: { ids: '["fil_1"]' } } },
    agent('a', ['files']),
    agent('b', ['a'], 'Use ${{ steps.a.output.x }}', { if: 'steps.files.output.ids[0] != ""' }),
    agent('c', ['b'], 'Each ${{ item }}', { forEach: { items: '${{ steps.b.output }}' } }),
    agent('d', ['c']),
  ],
  output: ['${{ steps.d.output }}', 'and ${{ steps.c.output[0] }}'],
});
const rows = (...completed: string[]) =>
  completed.map((key): Pick<StepRow, 'key' | 'status'> => ({ key, status: 'completed' }));

describe('outputs are loaded only where something names them', () => {
  it('in conditions, lists, goals, files and values; a forEach needs those of its own items', () => {
    expect(outputsNeeded(definition, ['a'])).toEqual([]);
    expect(outputsNeeded(definition, ['b'])).toEqual(['files', 'a']);
    expect(outputsNeeded(definition, ['c', 'd'])).toEqual(['c', 'b', 'files']);
    expect(outputsNeededAtEnd(definition)).toEqual(['d', 'c']);
  });

  it('and only for steps that this decision can reach', () => {
    expect(outputsToLoad(definition, [])).toEqual([]);
    expect(outputsToLoad(definition, rows('files'))).toEqual([]);
    expect(outputsToLoad(definition, rows('files', 'a'))).toEqual(expect.arrayContaining(['files', 'a']));
    expect(outputsToLoad(definition, rows('files', 'a', 'b', 'c'))).toEqual(['files']);
    expect(outputsToLoad(definition, rows('files', 'a', 'b', 'c', 'd'))).toEqual(['d', 'c']);
  });

  it('including those behind a step that is skipped while others still run', () => {
    const skipping = WorkflowDefinition.parse({
      name: 'n',
      steps: [
        agent('lost', [], 'g', { onError: 'continue' }),
        agent('running'),
        agent('done'),
        agent('skipped', ['lost', 'running']),
        agent('next', ['skipped', 'done'], '${{ steps.done.output }}', { join: 'any' }),
      ],
    });
    const status = { lost: 'failed', running: 'in_progress', done: 'completed' } as const;
    const record = Object.entries(status).map(
      ([key, now]): StepRow => ({
        key,
        stepId: key,
        index: null,
        status: now,
        attempts: 1,
        dueAt: null,
      }),
    );
    expect(outputsToLoad(skipping, record)).toEqual(['done']);
    const loaded = record.map((row) => (row.key === 'done' ? { ...row, output: 'fine' } : row));
    const control = { cancelRequested: false, paused: false };
    const answer = nextSteps({ definition: skipping, inputs: {}, rows: loaded, now: 0, control });
    expect(answer.start).toMatchObject([{ key: 'next', with: { goal: 'fine' } }]);
  });
});
