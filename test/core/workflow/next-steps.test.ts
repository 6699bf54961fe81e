import { describe, expect, it } from '@jest/globals';
import { WorkflowDefinition, type WorkflowDefinitionInput } from '../../../src/contracts/workflow.ts';
import { nextSteps } from '../../../src/core/workflow/next-steps.ts';
import type { RunControl, StepRow } from '../../../src/core/workflow/step-rows.ts';

type StepInput = WorkflowDefinitionInput['steps'][number];
type Common = Partial<Omit<StepInput, 'id' | 'kind' | 'with'>>;

const agent = (id: string, common: Common = {}, goal = 'go'): StepInput =>
  ({ id, kind: 'agent', with: { goal, requires: [] }, ...common }) as StepInput;
const set = (id: string, values: Record<string, string | number>, common: Common = {}): StepInput =>
  ({ id, kind: 'set', with: { values }, ...common }) as StepInput;
const define = (steps: StepInput[], output: unknown = 'done') =>
  WorkflowDefinition.parse({ name: 'test', steps, output });

const row = (key: string, status: StepRow['status'], more: Partial<StepRow> = {}): StepRow => {
  const [, stepId = key, index] = /^([^[]+)(?:\[(\d+)\])?$/.exec(key) ?? [];
  return {
    key,
    stepId,
    index: index === undefined ? null : Number(index),
    status,
    output: status === 'completed' ? null : undefined,
    error: status === 'failed' ? { code: 'model_failed', message: 'It broke.' } : null,
    attempts: status === 'pending' ? 0 : 1,
    dueAt: null,
    ...more,
  };
};

const ask = (
  definition: WorkflowDefinition,
  rows: StepRow[] = [],
  {
    now = 1000,
    inputs = {},
    ...control
  }: { now?: number; inputs?: Record<string, unknown> } & Partial<RunControl> = {},
) =>
  nextSteps({
    definition,
    inputs,
    rows,
    now,
    control: { cancelRequested: false, paused: false, ...control },
  });

const startedBy = (answer: ReturnType<typeof ask>) => answer.start.map(({ key }) => key);
const settledBy = (answer: ReturnType<typeof ask>) =>
  answer.settle.map(({ key, status }) => `${key} ${status}`);

describe('starting', () => {
  it('starts every step without dependencies at once, and the others when all they need has completed', () => {
    const definition = define([agent('a'), agent('b'), agent('c', { dependsOn: ['a', 'b'] })]);
    expect(startedBy(ask(definition))).toEqual(['a', 'b']);
    expect(startedBy(ask(definition, [row('a', 'completed'), row('b', 'in_progress')]))).toEqual([]);
    expect(startedBy(ask(definition, [row('a', 'completed'), row('b', 'completed')]))).toEqual(['c']);
  });

  it('hands over the step with its references resolved, its attempt and its time limit', () => {
    const goal = 'Sum up ${{ steps.a.output.title }} for ${{ inputs.who }}';
    const definition = define([agent('a'), agent('b', { dependsOn: ['a'], timeout: 'PT1M' }, goal)]);
    const answer = ask(definition, [row('a', 'completed', { output: { title: 'T' } })], {
      inputs: { who: 'Ann' },
    });
    expect(answer.start).toEqual([
      expect.objectContaining({ key: 'b', kind: 'agent', index: null, attempt: 1, dueAt: 61_000 }),
    ]);
    expect(answer.start[0]?.with).toMatchObject({ goal: 'Sum up T for Ann', requires: [], files: [] });
    expect(answer.wakeAt).toBe(61_000);
  });

  it('takes a reference to a list of files apart', () => {
    const step = {
      id: 'a',
      kind: 'agent',
      with: { goal: 'g', requires: [], files: ['${{ inputs.files }}', 'fil_9'] },
    };
    const answer = ask(define([step as StepInput]), [], { inputs: { files: ['fil_1', 'fil_2'] } });
    expect(answer.start[0]?.with.files).toEqual(['fil_1', 'fil_2', 'fil_9']);
  });

  it('starts steps of every kind, with their kind', () => {
    const definition = WorkflowDefinition.parse({
      name: 'kinds',
      steps: [
        { id: 't', kind: 'tool', with: { tool: 'fetch', arguments: { url: '${{ inputs.url }}' } } },
        { id: 'p', kind: 'approval', with: { title: 'Send to ${{ inputs.url }}?' } },
        { id: 'w', kind: 'wait', with: { for: 'PT5S' } },
        { id: 'f', kind: 'workflow', with: { workflowId: 'wfl_1', inputs: { n: 1 } } },
      ],
    });
    const { start } = ask(definition, [], { inputs: { url: 'u' } });
    expect(start.map(({ kind, with: given }) => [kind, given])).toEqual([
      ['tool', { tool: 'fetch', arguments: { url: 'u' } }],
      [
        'approval',
        { title: 'Send to u?', details: null, expiresIn: null, remindBefore: null, fourEyes: false },
      ],
      ['wait', { for: 'PT5S', until: null, message: null }],
      ['workflow', { workflowId: 'wfl_1', version: null, inputs: { n: 1 } }],
    ]);
  });
});

describe('joins and conditions', () => {
  it('skips a step whose condition is false, and what needs it with "all"', () => {
    const definition = define([
      agent('a', { if: 'inputs.n > 3' }),
      agent('b', { dependsOn: ['a'] }),
      agent('c', { dependsOn: ['b'] }),
    ]);
    const answer = ask(definition, [], { inputs: { n: 3 } });
    expect(settledBy(answer)).toEqual(['a skipped', 'b skipped', 'c skipped']);
    expect(answer.settle[0]).toMatchObject({ reason: { code: 'condition_false' } });
    expect(answer.settle[1]).toMatchObject({ reason: { code: 'dependency_not_completed' } });
    expect(answer.end).toEqual({ status: 'completed', output: 'done' });
  });

  it('lets "any" wait until all have ended and go on when one completed', () => {
    const definition = define([
      agent('a', { onError: 'continue' }),
      agent('b'),
      agent('c', { dependsOn: ['a', 'b'], join: 'any' }),
    ]);
    expect(startedBy(ask(definition, [row('a', 'failed'), row('b', 'in_progress')]))).toEqual([]);
    expect(startedBy(ask(definition, [row('a', 'failed'), row('b', 'completed')]))).toEqual(['c']);
  });

  it('skips "any" when none completed', () => {
    const definition = define([
      agent('a', { onError: 'continue' }),
      agent('c', { dependsOn: ['a'], join: 'any' }),
    ]);
    expect(ask(definition, [row('a', 'failed')]).settle).toEqual([
      expect.objectContaining({
        key: 'c',
        status: 'skipped',
        reason: expect.objectContaining({ code: 'no_dependency_completed' }),
      }),
    ]);
  });

  it('works with whole and broken numbers alike', () => {
    const definition = define([
      agent('a'),
      agent('b', { dependsOn: ['a'], if: 'steps.a.output.count > 3 && inputs.n == 2' }),
    ]);
    const rows = (count: number) => [row('a', 'completed', { output: { count } })];
    expect(startedBy(ask(definition, rows(4), { inputs: { n: 2 } }))).toEqual(['b']);
    expect(startedBy(ask(definition, rows(3.5), { inputs: { n: 2.0 } }))).toEqual(['b']);
    expect(startedBy(ask(definition, rows(3), { inputs: { n: 2 } }))).toEqual([]);
  });
});

describe('set steps', () => {
  it('are computed in a chain within one decision, and the run ends in it', () => {
    const definition = define(
      [set('a', { n: 'inputs.n + 1' }), set('b', { n: 'steps.a.output.n * 2' }, { dependsOn: ['a'] })],
      { result: '${{ steps.b.output.n }}' },
    );
    const answer = ask(definition, [], { inputs: { n: 1 } });
    expect(answer.settle).toMatchObject([{ output: { n: 2 } }, { output: { n: 4 } }]);
    expect(answer.end).toEqual({ status: 'completed', output: { result: 4 } });
  });

  it('fail with the place of the expression that failed', () => {
    const answer = ask(define([set('a', { ok: '1', n: 'inputs.none' })]));
    expect(answer.settle[0]).toMatchObject({
      status: 'failed',
      error: { code: 'expression_failed', pointer: '/steps/0/with/values/n', retryable: false },
    });
    expect(answer.end).toMatchObject({ status: 'failed', error: { code: 'step_failed', stepId: 'a' } });
  });

  it('settle a thousand that hang on each other in one decision', () => {
    const steps = Array.from({ length: 1000 }, (_, n) =>
      set(
        `s${n}`,
        { n: n === 0 ? '0' : `steps.s${n - 1}.output.n + 1` },
        { dependsOn: n === 0 ? [] : [`s${n - 1}`] },
      ),
    );
    const definition = define(steps, '${{ steps.s999.output.n }}');
    const answer = ask(definition);
    expect(answer.end).toEqual({ status: 'completed', output: 999 });
  });
});

describe('forEach', () => {
  const each = { items: '${{ inputs.list }}', as: 'thing', maxParallel: 2 };
  const definition = define([agent('a', { forEach: each }, 'Do ${{ thing.name }}')], '${{ steps.a.output }}');
  const inputs = { list: [{ name: 'x' }, { name: 'y' }, { name: 'z' }] };

  it('starts as many items as may run at once, in order, each with its own', () => {
    const answer = ask(definition, [], { inputs });
    expect(answer.expand).toEqual([{ key: 'a', stepId: 'a', count: 3 }]);
    expect(answer.start.map((start) => [start.key, start.index, start.with.goal])).toEqual([
      ['a[0]', 0, 'Do x'],
      ['a[1]', 1, 'Do y'],
    ]);
    const later = ask(
      definition,
      [row('a', 'in_progress'), row('a[0]', 'in_progress'), row('a[1]', 'completed')],
      { inputs },
    );
    expect([later.expand, startedBy(later)]).toEqual([[], ['a[2]']]);
  });

  it('gives the outputs in the order of the items', () => {
    const rows = [2, 0, 1].map((n) => row(`a[${n}]`, 'completed', { output: n }));
    const answer = ask(definition, [row('a', 'in_progress'), ...rows], { inputs });
    expect(answer.settle).toEqual([
      { key: 'a', stepId: 'a', index: null, status: 'completed', output: [0, 1, 2] },
    ]);
    expect(answer.end).toEqual({ status: 'completed', output: [0, 1, 2] });
  });

  it('completes at once with an empty list', () => {
    expect(ask(definition, [], { inputs: { list: [] } }).end).toEqual({ status: 'completed', output: [] });
  });

  it('fails over what is no list, or too long a list', () => {
    const error = (list: unknown) => ask(definition, [], { inputs: { list } }).settle[0];
    expect(error('text')).toMatchObject({
      error: { pointer: '/steps/0/forEach/items', message: expect.stringContaining('a string') },
    });
    expect(error(Array.from({ length: 201 }))).toMatchObject({
      error: { message: expect.stringContaining('201 items') },
    });
  });

  it('fails with the first failed item and stops its siblings', () => {
    const rows = [
      row('a', 'in_progress'),
      row('a[0]', 'in_progress'),
      row('a[1]', 'failed'),
      row('a[2]', 'pending', { attempts: 1 }),
    ];
    const answer = ask(definition, rows, { inputs });
    expect(settledBy(answer)).toEqual(['a[2] cancelled', 'a failed']);
    expect(answer.cancel).toEqual(['a[0]']);
    expect(answer.end).toBeNull();
    const ended = ask(
      definition,
      [row('a', 'failed'), row('a[0]', 'cancelled'), row('a[1]', 'failed'), row('a[2]', 'cancelled')],
      { inputs },
    );
    expect(ended.end).toMatchObject({ status: 'failed', error: { stepId: 'a' } });
  });

  it('leaves null for failed items with onError continue, and fails only when all failed', () => {
    const lenient = define([agent('a', { forEach: each, onError: 'continue' }, 'g')]);
    const rows = (last: StepRow['status']) => [
      row('a', 'in_progress'),
      row('a[0]', 'failed'),
      row('a[1]', 'failed'),
      row('a[2]', last, { output: 'fine' }),
    ];
    expect(ask(lenient, rows('completed'), { inputs }).settle).toMatchObject([
      { status: 'completed', output: [null, null, 'fine'] },
    ]);
    expect(ask(lenient, rows('failed'), { inputs }).settle).toMatchObject([{ key: 'a', status: 'failed' }]);
  });

  it('retries and times out per item', () => {
    const retried = define([agent('a', { forEach: each, timeout: 'PT1S', retry: { maxAttempts: 2 } }, 'g')]);
    const rows = [
      row('a', 'in_progress'),
      row('a[0]', 'in_progress', { dueAt: 1000 }),
      row('a[1]', 'failed', { attempts: 2 }),
    ];
    const one = ask(retried, rows.slice(0, 2), { inputs });
    expect(one.settle).toMatchObject([
      { key: 'a[0]', status: 'pending', dueAt: 2000, error: { code: 'timed_out' } },
    ]);
    expect([one.cancel, startedBy(one)]).toEqual([['a[0]'], ['a[1]', 'a[2]']]);
    expect(settledBy(ask(retried, rows, { inputs }))).toEqual(['a failed']);
  });

  it('computes a set step for every item without rows of their own', () => {
    const doubled = define(
      [set('a', { twice: 'n * 2' }, { forEach: { items: [1, 2], as: 'n' } })],
      '${{ steps.a.output }}',
    );
    const answer = ask(doubled);
    expect(settledBy(answer)).toEqual(['a completed']);
    expect(answer.end).toEqual({ status: 'completed', output: [{ twice: 2 }, { twice: 4 }] });
  });
});

describe('failures', () => {
  it('stop the run: running steps are cancelled, pending ones too, and it ends when nothing runs', () => {
    const definition = define([agent('a'), agent('b'), agent('c', { dependsOn: ['b'] })]);
    const failing = ask(definition, [row('a', 'failed'), row('b', 'in_progress')]);
    expect([failing.cancel, settledBy(failing), failing.end, failing.wakeAt]).toEqual([
      ['b'],
      ['c cancelled'],
      null,
      null,
    ]);
    const rows = [row('a', 'failed'), row('b', 'cancelled'), row('c', 'cancelled')];
    expect(ask(definition, rows).end).toEqual({
      status: 'failed',
      error: {
        code: 'step_failed',
        message: 'Step "a" failed. It broke.',
        stepId: 'a',
        cause: { code: 'model_failed', message: 'It broke.' },
      },
    });
  });

  it('are passed over with onError continue', () => {
    const definition = define([
      agent('a', { onError: 'continue' }),
      agent('b', { dependsOn: ['a'] }),
      set('c', { how: 'steps.a.status + ": " + steps.a.error.code' }, { dependsOn: ['a', 'd'], join: 'any' }),
      agent('d'),
    ]);
    const answer = ask(definition, [row('a', 'failed'), row('d', 'completed')]);
    expect(settledBy(answer)).toEqual(['b skipped', 'c completed']);
    expect(answer.settle[1]).toMatchObject({ output: { how: 'failed: model_failed' } });
    expect(answer.end).toMatchObject({ status: 'completed' });
  });

  it('ask for a new plan with onError replan when somebody can make one, else fail the run', () => {
    const definition = define([agent('a', { onError: 'replan' }), agent('b', { dependsOn: ['a'] })]);
    const answer = ask(definition, [row('a', 'failed')], { canReplan: true });
    expect(answer).toMatchObject({ replan: ['a'], settle: [], start: [], end: null });
    expect(ask(definition, [row('a', 'failed')]).end).toMatchObject({ status: 'failed' });
  });

  it('leave a run open that was asked for a new plan, also when nothing of it is left', () => {
    const definition = define([agent('a'), agent('b', { dependsOn: ['a'] })]);
    const rows = [row('a', 'completed'), row('b', 'completed')];
    expect(ask(definition, rows, { replanning: true }).end).toBeNull();
    expect(ask(definition, rows).end).toMatchObject({ status: 'completed' });
  });

  it('are tried again after growing pauses, until the attempts are used up', () => {
    const retry = { maxAttempts: 4, initialInterval: 'PT2S', backoff: 3, maxInterval: 'PT10S' };
    const definition = define([agent('a', { retry })]);
    const due = (attempts: number) => ask(definition, [row('a', 'failed', { attempts })]).wakeAt;
    expect([due(1), due(2), due(3)]).toEqual([3000, 7000, 11_000]);
    expect(ask(definition, [row('a', 'failed', { attempts: 4 })]).end).toMatchObject({ status: 'failed' });
    const waiting = ask(definition, [row('a', 'pending', { attempts: 1, dueAt: 3000 })]);
    expect([waiting.start, waiting.wakeAt]).toEqual([[], 3000]);
    const again = ask(definition, [row('a', 'pending', { attempts: 1, dueAt: 3000 })], { now: 3000 });
    expect(again.start).toMatchObject([{ key: 'a', attempt: 2 }]);
  });

  it('are not tried again when that would give the same', () => {
    const definition = define([agent('a', { retry: { maxAttempts: 3 } })]);
    const final = { code: 'model_refused', message: 'No.', retryable: false };
    expect(ask(definition, [row('a', 'failed', { error: final })]).end).toMatchObject({ status: 'failed' });
  });

  it('include a step that took too long', () => {
    const definition = define([agent('a', { timeout: 'PT1S' })]);
    const rows = [row('a', 'in_progress', { dueAt: 2000 })];
    expect(ask(definition, rows).wakeAt).toBe(2000);
    const late = ask(definition, rows, { now: 2000 });
    expect(late.settle).toMatchObject([{ key: 'a', status: 'failed', error: { code: 'timed_out' } }]);
    expect(late.cancel).toEqual(['a']);
    expect(late.end).toMatchObject({ status: 'failed' });
  });

  it('of references at run time name the place', () => {
    const definition = define([
      agent('a'),
      agent('b', { dependsOn: ['a'] }, 'Read ${{ steps.a.output.none.deep }}'),
    ]);
    const answer = ask(definition, [row('a', 'completed', { output: { some: 1 } })]);
    expect(answer.settle).toMatchObject([
      { key: 'b', status: 'failed', error: { code: 'expression_failed', pointer: '/steps/1/with/goal' } },
    ]);
  });

  it('of the output fail the run', () => {
    const definition = define([agent('a', { if: 'false' })], '${{ steps.a.output }}');
    expect(ask(definition).end).toMatchObject({
      status: 'failed',
      error: { code: 'expression_failed', message: 'steps.a.output: step a is skipped and has no output' },
    });
  });
});

describe('control', () => {
  const definition = define([agent('a'), agent('b', { dependsOn: ['a'] })]);

  it('cancels what runs and what is pending, and ends when nothing runs', () => {
    const answer = ask(definition, [row('a', 'in_progress')], { cancelRequested: true });
    expect([answer.cancel, settledBy(answer), answer.end]).toEqual([['a'], ['b cancelled'], null]);
    const ended = ask(definition, [row('a', 'cancelled'), row('b', 'cancelled')], { cancelRequested: true });
    expect([ended.cancel, ended.settle, ended.end]).toEqual([[], [], { status: 'cancelled' }]);
  });

  it('cancels a forEach after its last running item', () => {
    const each = define([agent('a', { forEach: { items: [1, 2] } })]);
    const rows = [row('a', 'in_progress'), row('a[0]', 'in_progress'), row('a[1]', 'pending')];
    const answer = ask(each, rows, { cancelRequested: true });
    expect([answer.cancel, settledBy(answer), answer.end]).toEqual([['a[0]'], ['a[1] cancelled'], null]);
    const last = ask(each, [row('a', 'in_progress'), row('a[0]', 'completed'), row('a[1]', 'cancelled')], {
      cancelRequested: true,
    });
    expect([settledBy(last), last.end]).toEqual([['a cancelled'], { status: 'cancelled' }]);
  });

  it('starts nothing while paused, lets running steps finish and keeps their time limits', () => {
    const paused = ask(definition, [row('a', 'completed')], { paused: true });
    expect([paused.start, paused.settle, paused.end]).toEqual([[], [], null]);
    expect(ask(definition, [row('a', 'in_progress', { dueAt: 9000 })], { paused: true }).wakeAt).toBe(9000);
    expect(ask(definition, [row('a', 'failed')], { paused: true }).end).toBeNull();
  });

  it('treats a step that operations cancelled as one that failed', () => {
    expect(ask(definition, [row('a', 'cancelled')]).end).toMatchObject({
      status: 'failed',
      error: { cause: { code: 'cancelled' } },
    });
  });
});

describe('the result', () => {
  it('is the outputs of the last steps when no output is defined', () => {
    const definition = define(
      [set('a', { n: 1 }), set('b', { n: 2 }, { dependsOn: ['a'] }), set('c', { n: 3 })],
      null,
    );
    expect(ask(definition).end).toEqual({ status: 'completed', output: { b: { n: 2 }, c: { n: 3 } } });
  });

  it('is never decided on an output that was not loaded', () => {
    const definition = define([agent('a')], '${{ steps.a.output }}');
    expect(() => ask(definition, [row('a', 'completed', { output: undefined })])).toThrow('was not loaded');
  });
});
