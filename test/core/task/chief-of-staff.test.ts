import { describe, expect, test } from '@jest/globals';
import { nextTaskMove } from '../../../src/core/task/next-move.ts';
import type { TaskSnapshot } from '../../../src/core/task/snapshot.ts';
import { effect, planner, reply, said, scorer, working, writer } from './snapshots.ts';

const chief = { role: 'chief_of_staff' } as const;
const team = {
  agents: [
    {
      id: 'agt_2',
      name: 'Bo',
      role: 'master_operator' as const,
      capabilities: [{ name: 'writing', level: 4 }],
      instructions: '',
    },
  ],
  tools: [],
  workflows: [],
};
const step = {
  id: 'write',
  kind: 'agent',
  with: { goal: 'Write it.', requires: [{ capability: 'writing', level: 3 }] },
};
const goodPlan = JSON.stringify({ name: 'Plan', steps: [step] });

function move(changes: Partial<Omit<TaskSnapshot, 'task'>> & { task?: object }) {
  return nextTaskMove(working({ team, ...changes, task: { ...chief, ...changes.task } }));
}

describe('planning', () => {
  test('a model that is fit to plan writes the plan', () => {
    expect(move({})).toEqual({ move: 'call', turn: 1, effects: [{ kind: 'model', purpose: 'plan' }] });
  });

  test('without one, a model that can score chooses a template', () => {
    expect(move({ models: [scorer] })).toEqual({
      move: 'call',
      turn: 1,
      effects: [{ kind: 'model', purpose: 'choose_template' }],
    });
  });

  test.each([[[]], [[writer]]])('without either the task waits for a model and says what helps', (models) => {
    expect(move({ models })).toMatchObject({
      move: 'wait',
      for: 'model',
      detail: expect.stringContaining('API key'),
    });
  });

  test('a plan that fits is carried out', () => {
    const next = move({ effects: [said(goodPlan, { purpose: 'plan' })] });
    expect(next).toMatchObject({
      move: 'proposePlan',
      kind: 'first',
      accepted: true,
      origin: 'model',
      plan: { definition: { name: 'Plan' } },
    });
  });

  test('a broken plan goes back to the model with all its problems', () => {
    const broken = JSON.stringify({
      name: 'Plan',
      steps: [
        {
          ...step,
          dependsOn: ['nowhere'],
          with: { ...step.with, requires: [{ capability: 'magic', level: 5 }] },
        },
      ],
    });
    const next = move({ effects: [said(broken, { purpose: 'plan' })] });
    expect(next).toMatchObject({ move: 'rejectPlan', turn: 2, problems: 2, then: { purpose: 'plan' } });
    const { repair } = (next as unknown as { then: { input: { repair: string } } }).then.input;
    expect(repair).toContain('nowhere');
    expect(repair).toContain('magic');
  });

  test('steps that cannot be run, and files that did not come with the goal, are problems of the plan', () => {
    const wait = { id: 'later', kind: 'tool', with: { tool: 'read_file' } };
    expect(
      move({ effects: [said(JSON.stringify({ name: 'P', steps: [wait] }), { purpose: 'plan' })] }),
    ).toMatchObject({ move: 'rejectPlan' });
    const foreign = { ...step, with: { ...step.with, files: ['fil_9'] } };
    const next = move({
      effects: [said(JSON.stringify({ name: 'P', steps: [foreign] }), { purpose: 'plan' })],
    });
    expect(next).toMatchObject({ move: 'rejectPlan', reason: expect.stringContaining('fil_9') });
  });

  test('the third broken plan is the last: a typed failure', () => {
    const effects = [1, 2, 3].map((turn) => said('no JSON', { purpose: 'plan', turn }));
    expect(move({ effects })).toMatchObject({
      move: 'fail',
      error: { code: 'invalid_workflow', message: expect.stringContaining('3 tries') },
    });
  });

  test('a refusal, and a call that failed for good, end the attempt', () => {
    expect(
      move({ effects: [effect({ purpose: 'plan', outcome: reply('', { stop: 'refused' }) })] }),
    ).toMatchObject({ move: 'endAttempt', error: { code: 'model_refused' } });
    const error = { code: 'model_failed', message: 'Wrong key.' };
    expect(move({ effects: [effect({ purpose: 'plan', status: 'failed', error })] })).toEqual({
      move: 'endAttempt',
      error,
    });
  });
});

describe('choosing a template', () => {
  const chosen = (workflowId: string | null) => [
    effect({ purpose: 'choose_template', outcome: { workflowId, name: null, reason: 'It fits.' } }),
  ];

  test('the chosen one is carried out, with the reason', () => {
    expect(move({ models: [scorer], effects: chosen('wfl_1') })).toEqual({
      move: 'proposePlan',
      kind: 'first',
      plan: { workflowId: 'wfl_1' },
      origin: 'template',
      reason: 'It fits.',
      accepted: true,
    });
  });

  test('when none fits the task waits for a model that can plan, and plans when one is there', () => {
    expect(move({ models: [scorer], effects: chosen(null) })).toMatchObject({
      move: 'wait',
      for: 'model',
      detail: expect.stringContaining('It fits.'),
    });
    expect(move({ models: [scorer, planner], effects: chosen(null) })).toEqual({
      move: 'call',
      turn: 2,
      effects: [{ kind: 'model', purpose: 'plan' }],
    });
  });
});

describe('after the plan was started', () => {
  const run = (status: 'running' | 'completed' | 'failed' | 'cancelled', output: unknown = 'Done.') => ({
    id: 'run_1',
    status,
    output,
    error: status === 'failed' ? { code: 'model_failed', message: 'Step b failed.' } : null,
  });
  const planned = said(goodPlan, { purpose: 'plan' });
  const byModel = { planOrigin: 'model', planRunId: 'run_1' } as const;

  test('the task waits for its children', () => {
    expect(move({ task: byModel, effects: [planned], planRun: run('running') })).toMatchObject({
      move: 'wait',
      for: 'children',
    });
  });

  test('a plan that failed or was cancelled fails the task with its reason', () => {
    expect(move({ task: byModel, effects: [planned], planRun: run('failed') })).toEqual({
      move: 'fail',
      error: { code: 'model_failed', message: 'Step b failed.' },
    });
    expect(move({ task: byModel, effects: [planned], planRun: run('cancelled') })).toMatchObject({
      move: 'fail',
      error: { code: 'cancelled' },
    });
  });

  test('the result of a template is the task’s result', () => {
    const template = { planOrigin: 'template', planRunId: 'run_1' } as const;
    expect(move({ task: template, planRun: run('completed', { markdown: '# Memo' }) })).toEqual({
      move: 'complete',
      result: { markdown: '# Memo' },
    });
  });

  test('the result of a plan of its own is written up, with the run’s output as data', () => {
    expect(move({ task: byModel, effects: [planned], planRun: run('completed') })).toEqual({
      move: 'call',
      turn: 2,
      effects: [{ kind: 'model', purpose: 'synthesis', input: {} }],
    });
    const written = said('# Result', { purpose: 'synthesis', turn: 2 });
    expect(
      move({
        models: [planner, writer],
        task: { ...byModel, correctedAt: new Date() },
        effects: [planned, written],
        planRun: run('completed'),
      }),
    ).toEqual({ move: 'complete', result: { markdown: '# Result', data: 'Done.' } });
  });

  test('another attempt goes on with the synthesis: the plan is not carried out again', () => {
    expect(move({ task: byModel, effects: [], planRun: run('completed') })).toMatchObject({
      move: 'call',
      turn: 1,
      effects: [{ purpose: 'synthesis' }],
    });
  });

  test.each([['refused', 'model_refused']] as const)(
    'a synthesis that ends by %s ends the attempt',
    (stop, code) => {
      const cut = effect({ purpose: 'synthesis', turn: 2, outcome: reply('# Res', { stop }) });
      expect(move({ task: byModel, effects: [planned, cut], planRun: run('completed') })).toMatchObject({
        move: 'endAttempt',
        error: { code },
      });
    },
  );
});
