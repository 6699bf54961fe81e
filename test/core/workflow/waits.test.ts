import { describe, expect, it } from '@jest/globals';
import { WorkflowDefinition } from '../../../src/contracts/workflow.ts';
import { nextSteps } from '../../../src/core/workflow/next-steps.ts';
import { notInPlans } from '../../../src/core/workflow/not-in-plans.ts';
import { standsWaiting } from '../../../src/core/workflow/stands-waiting.ts';
import type { RunControl, StepRow } from '../../../src/core/workflow/step-rows.ts';
import { waitingWords } from '../../../src/core/workflow/waits.ts';

const define = (...steps: object[]) => WorkflowDefinition.parse({ name: 'test', steps, output: 'done' });
const wait = (given: object, common: object = {}) => ({ id: 'w', kind: 'wait', with: given, ...common });
const approval = (given: object = {}, common: object = {}) => ({
  id: 'p',
  kind: 'approval',
  with: { title: 'Send it?', ...given },
  ...common,
});

const row = (key: string, more: Partial<StepRow> = {}): StepRow => ({
  key,
  stepId: key.replace(/\[\d+\]$/, ''),
  index: null,
  status: 'waiting',
  attempts: 1,
  dueAt: null,
  ...more,
});

const ask = (
  definition: WorkflowDefinition,
  rows: StepRow[] = [],
  { now = 1000, inputs = {}, ...control }: { now?: number; inputs?: object } & Partial<RunControl> = {},
) =>
  nextSteps({
    definition,
    inputs: inputs as Record<string, unknown>,
    rows,
    now,
    control: { cancelRequested: false, paused: false, ...control },
  });

describe('a wait step', () => {
  it('gets its time when it starts, and the run is asked again then', () => {
    const answer = ask(define(wait({ for: 'PT5S' })));
    expect(answer).toMatchObject({ start: [{ key: 'w', waitUntil: 6000, dueAt: null }], wakeAt: 6000 });
    const until = ask(define(wait({ until: '1970-01-01T01:00:00+01:00' })));
    expect(until.start).toMatchObject([{ waitUntil: 0 }]);
  });

  it('waits until a time that an input names, and fails for a text that is none', () => {
    const definition = define(wait({ until: '${{ inputs.at }}' }));
    const at = '2030-01-31T09:00:00Z';
    expect(ask(definition, [], { inputs: { at } }).start).toMatchObject([{ waitUntil: Date.parse(at) }]);
    const wrong = ask(definition, [], { inputs: { at: 'tomorrow' } });
    expect(wrong.settle).toMatchObject([
      { key: 'w', status: 'failed', error: { code: 'expression_failed', pointer: '/steps/0/with/until' } },
    ]);
    expect(wrong.end).toMatchObject({ status: 'failed' });
  });

  it('completes at its time and not before', () => {
    const definition = define(wait({ for: 'PT5S' }));
    const rows = [row('w', { waitUntil: 6000 })];
    expect(ask(definition, rows, { now: 5999 })).toMatchObject({ settle: [], wakeAt: 6000, end: null });
    const answer = ask(definition, rows, { now: 6000 });
    expect(answer.settle).toMatchObject([
      { key: 'w', status: 'completed', output: { until: '1970-01-01T00:00:06.000Z' } },
    ]);
    expect(answer.end).toEqual({ status: 'completed', output: 'done' });
  });

  it('fails by its timeout when that comes first', () => {
    const definition = define(wait({ for: 'PT5S' }, { timeout: 'PT2S' }));
    expect(ask(definition).wakeAt).toBe(3000);
    const rows = [row('w', { waitUntil: 6000, dueAt: 3000 })];
    expect(ask(definition, rows, { now: 9000 }).settle).toMatchObject([
      { status: 'failed', error: { code: 'timed_out' } },
    ]);
  });

  it('ends on its time in a paused run, which begins nothing new', () => {
    const definition = define(wait({ for: 'PT5S' }), { ...wait({ for: 'PT1S' }), id: 'x', dependsOn: ['w'] });
    const answer = ask(definition, [row('w', { waitUntil: 6000 })], { now: 7000, paused: true });
    expect(answer).toMatchObject({ settle: [{ key: 'w', status: 'completed' }], start: [], end: null });
  });
});

describe('an approval step', () => {
  it('waits without a time when it does not expire', () => {
    const answer = ask(define(approval()));
    expect(answer).toMatchObject({ start: [{ kind: 'approval', waitUntil: null }], wakeAt: null });
    expect(ask(define(approval()), [row('p')])).toMatchObject({ settle: [], wakeAt: null, end: null });
  });

  it('that expires fails as denied, and is not asked again by a retry', () => {
    const definition = define(approval({ expiresIn: 'PT1M' }, { retry: { maxAttempts: 3 } }));
    const answer = ask(definition, [row('p', { waitUntil: 61_000 })], { now: 61_000 });
    const error = { code: 'approval_denied', message: 'Not approved: expired' };
    expect(answer.settle).toMatchObject([{ key: 'p', status: 'failed', error }]);
    expect(answer.end).toMatchObject({ status: 'failed', error: { stepId: 'p', cause: error } });
  });

  it('reminds once before it expires, at a time that was decided when it began', () => {
    const definition = define(approval({ expiresIn: 'PT1M', remindBefore: 'PT20S' }));
    const begun = ask(definition);
    expect(begun).toMatchObject({ start: [{ waitUntil: 61_000, remindAt: 41_000 }], wakeAt: 41_000 });
    const rows = [row('p', { waitUntil: 61_000, remindAt: 41_000 })];
    expect(ask(definition, rows, { now: 40_999 })).toMatchObject({ remind: [], wakeAt: 41_000 });
    expect(ask(definition, rows, { now: 41_000 })).toMatchObject({ remind: ['p'], wakeAt: 61_000 });
    const reminded = [row('p', { waitUntil: 61_000, remindAt: null })];
    expect(ask(definition, reminded, { now: 42_000 })).toMatchObject({ remind: [], wakeAt: 61_000 });
    expect(ask(definition, rows, { now: 61_000 })).toMatchObject({ remind: [] });
  });

  it('that was denied lets others see why with onError: continue', () => {
    const other = { id: 's', kind: 'set', dependsOn: ['p'], join: 'any', with: { values: { a: 1 } } };
    const seen = {
      id: 'why',
      kind: 'set',
      if: 'steps.p.status == "failed"',
      dependsOn: ['p', 'b'],
      join: 'any',
      with: { values: { why: 'steps.p.error.message' } },
    };
    const begin = { id: 'b', kind: 'set', with: { values: { a: 1 } } };
    const definition = define(begin, approval({}, { onError: 'continue' }), other, seen);
    const error = { code: 'approval_denied', message: 'Not approved: too dear' };
    const answer = ask(definition, [row('p', { status: 'failed', error })]);
    expect(answer.settle).toContainEqual(expect.objectContaining({ key: 's', status: 'skipped' }));
    expect(answer.settle).toContainEqual(
      expect.objectContaining({ key: 'why', output: { why: 'Not approved: too dear' } }),
    );
  });
});

describe('steps that only wait', () => {
  it('are cancelled at once with their run: nobody has to be told', () => {
    const definition = define(wait({ for: 'PT5S' }), approval());
    const answer = ask(definition, [row('w', { waitUntil: 6000 }), row('p')], { cancelRequested: true });
    expect(answer).toMatchObject({ cancel: [], end: { status: 'cancelled' } });
    expect(answer.settle.map(({ key, status }) => `${key} ${status}`)).toEqual([
      'w cancelled',
      'p cancelled',
    ]);
  });

  it('are cancelled as items of a forEach when a sibling fails', () => {
    const definition = define(approval({}, { forEach: { items: ['a', 'b'] } }));
    const rows = [
      row('p', { status: 'in_progress' }),
      row('p[0]', { index: 0, status: 'failed', error: { code: 'approval_denied', message: 'No.' } }),
      row('p[1]', { index: 1 }),
    ];
    const answer = ask(definition, rows);
    expect(answer.cancel).toEqual([]);
    expect(answer.settle.map(({ key, status }) => `${key} ${status}`)).toEqual([
      'p[1] cancelled',
      'p failed',
    ]);
    expect(answer.end).toMatchObject({ status: 'failed' });
  });

  it('make a run waiting when nothing else is at work', () => {
    const agent = { id: 'a', kind: 'agent', with: { goal: 'g', requires: [] } };
    const definition = define(agent, approval({}, { forEach: { items: ['a'] } }));
    const items = [row('p', { status: 'in_progress' }), row('p[0]', { index: 0 })];
    expect(standsWaiting(definition, [row('a', { status: 'in_progress' }), ...items], [])).toBe(false);
    expect(standsWaiting(definition, [row('a', { status: 'completed' }), ...items], [])).toBe(true);
    const settle = { key: 'p[0]', stepId: 'p', index: 0, status: 'cancelled' } as const;
    expect(standsWaiting(definition, items, [settle])).toBe(false);
  });

  it('say until when, by the clock', () => {
    const waitUntil = Date.parse('2026-11-22T14:30:00Z');
    expect(waitingWords({ kind: 'wait', waitUntil, with: {} })).toBe('Until 14:30 on 22 November 2026 (UTC)');
    expect(waitingWords({ kind: 'approval', waitUntil, with: { title: 'Send it?' } })).toBe(
      'Send it? (expires at 14:30 on 22 November 2026 (UTC))',
    );
  });
});

describe('a plan that a model wrote', () => {
  it('calls no tool by itself but those of low risk', () => {
    const definition = define(
      approval(),
      { id: 'a', kind: 'tool', with: { tool: 'fetch' } },
      { id: 'b', kind: 'tool', with: { tool: 'pay' } },
    );
    const pointers = notInPlans(definition, ['fetch']).map(({ pointer }) => pointer);
    expect(pointers).toEqual(['/steps/2/with/tool']);
  });
});
