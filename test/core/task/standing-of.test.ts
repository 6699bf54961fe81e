import { describe, expect, test } from '@jest/globals';
import {
  scoreAssignment,
  assignmentReason,
  type AssignmentCandidate,
} from '../../../src/core/task/score-assignment.ts';
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

describe('who should do it', () => {
  const candidate = (id: string, changes: Partial<AssignmentCandidate> = {}): AssignmentCandidate => ({
    id,
    name: id,
    capabilities: [{ name: 'writing', level: 3 }],
    active: 0,
    maxConcurrent: 4,
    succeeded: 0,
    failed: 0,
    ...changes,
  });
  const best = (...candidates: AssignmentCandidate[]) =>
    scoreAssignment(candidates, [{ name: 'writing', level: 3 }])[0]?.agentId;

  test('who just meets the need comes before the expert', () => {
    expect(
      best(candidate('expert', { capabilities: [{ name: 'writing', level: 5 }] }), candidate('fitting')),
    ).toBe('fitting');
  });

  test('who has more free slots comes before the busy one', () => {
    expect(best(candidate('busy', { active: 3 }), candidate('free'))).toBe('free');
  });

  test('who succeeded before comes before who failed, and a new one stands between', () => {
    const ranked = scoreAssignment(
      [candidate('failing', { failed: 5 }), candidate('new'), candidate('proven', { succeeded: 20 })],
      [],
    );
    expect(ranked.map((each) => each.agentId)).toEqual(['proven', 'new', 'failing']);
  });

  test('equal scores stand in order of ids, so that the same record gives the same answer', () => {
    expect(best(candidate('b'), candidate('a'))).toBe('a');
  });

  test('the reason names the need, the figures and who had no free slot', () => {
    const [chosen] = scoreAssignment([candidate('Bo')], [{ name: 'writing', level: 3 }]);
    const reason =
      chosen && assignmentReason(chosen, { needs: [{ name: 'writing', level: 3 }], skippedFull: 2 });
    expect(reason).toBe('Bo has writing ≥ 3: fit 1, free 1, success 0.75; 2 better placed had no free slot.');
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
