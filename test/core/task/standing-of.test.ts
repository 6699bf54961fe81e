import { describe, expect, test } from '@jest/globals';
import { taskStanding } from '../../../src/core/task/standing-of.ts';
import { checkTransition } from '../../../src/core/transition.ts';
import { effect, snapshot, working } from './snapshots.ts';

const at = { version: 7, costUsd: 0.0123 };

describe('the state that a Temporal workflow is told', () => {
  test('names every open effect and a plan that is being carried out', () => {
    const effects = [
      effect({ status: 'settled' }),
      effect({ key: 'k2', turn: 2, kind: 'tool', purpose: 'read_file', status: 'planned' }),
      effect({ key: 'k3', turn: 2, status: 'claimed' }),
    ];
    const standing = taskStanding(
      working({ effects, planRun: { id: 'run_1', status: 'running', output: null, error: null } }),
      at,
    );
    expect(standing.start.map(({ key, kind }) => [key, kind])).toEqual([
      ['k2', 'callTool'],
      ['k3', 'callModel'],
      ['run/run_1', 'run'],
    ]);
    expect(standing).toMatchObject({
      version: 7,
      cancel: [],
      end: null,
      wakeAt: null,
      status: 'in_progress',
      agent: 'Ada',
    });
  });

  test('after a cancel starts nothing of its own and names what must stop', () => {
    const effects = [effect({ key: 'a', status: 'claimed' }), effect({ key: 'b', status: 'planned' })];
    expect(taskStanding(working({ effects, task: { cancelRequestedAt: new Date() } }), at)).toMatchObject({
      start: [],
      cancel: ['a'],
    });
  });

  test('of a finished task is its end', () => {
    expect(
      taskStanding(snapshot({ task: { status: 'failed' }, effects: [effect({ status: 'planned' })] }), at),
    ).toMatchObject({ end: 'failed', start: [] });
  });

  test('says in few words what it waits for, who has it and what it cost, however long the title is', () => {
    const standing = taskStanding(
      working({
        task: { title: 'x'.repeat(5000), status: 'waiting', waitingFor: 'model', waitingDetail: 'No key.' },
      }),
      at,
    );
    expect(standing.details.length).toBeLessThanOrEqual(500);
    expect(standing.details).toContain('Waits for model: No key.');
    expect(standing.details).toContain('Agent: Ada, attempt 1');
    expect(standing.details).toContain('$0.0123');
    expect(taskStanding(working(), { version: 1, costUsd: null }).details).toContain('price not known');
  });
});

describe('transitions', () => {
  test('one that the table does not have is refused by name; staying is none', () => {
    expect(() => checkTransition('task', 'completed', 'failed')).toThrow(
      'A task does not go from completed to failed.',
    );
    expect(() => checkTransition('run', 'running', 'pending')).toThrow();
    expect(() => checkTransition('file', 'ready', 'processing')).toThrow();
    expect(() => checkTransition('step', 'skipped', 'completed')).toThrow();
    checkTransition('task', 'waiting', 'waiting');
  });
});
