import { describe, expect, test } from '@jest/globals';
import { maxAttempts, nextTaskMove } from '../../../src/core/task/next-move.ts';
import type { EffectFacts } from '../../../src/core/task/snapshot.ts';
import { effect, said, snapshot, working } from './snapshots.ts';

const failed = (agentId: string) => ({ agentId, error: { code: 'model_failed', message: 'No answer.' } });
const file = (status: string, problem: { code: string; message: string } | null = null) => ({
  id: 'fil_1',
  name: 'offer.pdf',
  status,
  problem,
});

describe('where a task stands', () => {
  test('a new task is given to an agent', () => {
    expect(nextTaskMove(snapshot())).toEqual({ move: 'assign' });
  });

  test.each(['completed', 'failed', 'cancelled'] as const)(
    'a task that is %s never moves, not even when a cancel is asked for',
    (status) => {
      expect(nextTaskMove(snapshot({ task: { status, cancelRequestedAt: new Date() } }))).toEqual({
        move: 'rest',
      });
    },
  );

  test.each(['planned', 'claimed'] as const)('nothing is decided while an effect is %s', (status) => {
    expect(nextTaskMove(working({ effects: [effect({ status })] }))).toEqual({ move: 'rest' });
  });

  test('a paused task waits, but not before its open effects have ended', () => {
    const paused = { pausedAt: new Date() };
    expect(nextTaskMove(working({ task: paused }))).toMatchObject({ move: 'wait', for: 'paused' });
    expect(nextTaskMove(working({ task: paused, effects: [effect({ status: 'claimed' })] }))).toEqual({
      move: 'rest',
    });
  });

  test('a task that gave its slot back takes one again before it works', () => {
    expect(nextTaskMove(working({ task: { status: 'waiting', holdsSlot: false } }))).toEqual({
      move: 'resume',
    });
  });

  test('waiting for the same reason in the same words is not a change', () => {
    const first = nextTaskMove(snapshot({ files: [file('processing')] }));
    expect(first).toEqual({ move: 'wait', for: 'files', detail: 'Reading offer.pdf' });
    const again = { status: 'waiting', waitingFor: 'files', waitingDetail: 'Reading offer.pdf' } as const;
    expect(nextTaskMove(snapshot({ files: [file('processing')], task: again }))).toEqual({ move: 'rest' });
  });
});

describe('a file that comes with a message while its task works', () => {
  const at = (status: string, effects: EffectFacts[]) => working({ files: [file(status)], effects });

  test('is waited for between two turns, not in the middle of one', () => {
    expect(nextTaskMove(at('processing', [effect({ status: 'claimed' })]))).toEqual({ move: 'rest' });
    expect(nextTaskMove(at('processing', [effect()]))).toMatchObject({ move: 'wait', for: 'files' });
  });

  test('and cannot be read ends nothing: the work goes on without it', () => {
    expect(nextTaskMove(at('failed', [said('The answer.')]))).toMatchObject({ move: 'complete' });
  });
});

describe('files of a task', () => {
  test('it goes on when the last one is ready', () => {
    const waiting = { status: 'waiting', waitingFor: 'files', waitingDetail: 'Reading offer.pdf' } as const;
    expect(nextTaskMove(snapshot({ files: [file('ready')], task: waiting }))).toEqual({ move: 'assign' });
  });

  test('one that cannot be read fails the task with the file’s own reason', () => {
    const move = nextTaskMove(
      snapshot({ files: [file('failed', { code: 'encrypted_file', message: 'It has a password.' })] }),
    );
    expect(move).toEqual({
      move: 'fail',
      error: { code: 'encrypted_file', message: 'offer.pdf: It has a password.' },
    });
    expect(nextTaskMove(snapshot({ files: [file('failed')] }))).toMatchObject({
      move: 'fail',
      error: { code: 'unreadable_file' },
    });
  });
});

describe('a cancel', () => {
  const cancel = { cancelRequestedAt: new Date(), cancelReason: 'Not needed.' };

  test('ends at once what has not begun', () => {
    expect(nextTaskMove(snapshot({ task: cancel }))).toEqual({ move: 'cancel', reason: 'Not needed.' });
  });

  test('gives up what is planned, waits for what is claimed, then ends', () => {
    const planned = effect({ key: 'a', status: 'planned' });
    const claimed = effect({ key: 'b', status: 'claimed' });
    expect(nextTaskMove(working({ task: cancel, effects: [planned, claimed] }))).toEqual({
      move: 'abandon',
      keys: ['a'],
    });
    expect(nextTaskMove(working({ task: cancel, effects: [claimed] }))).toEqual({ move: 'rest' });
    expect(nextTaskMove(working({ task: cancel, effects: [effect({ status: 'abandoned' })] }))).toMatchObject(
      { move: 'cancel' },
    );
  });

  test('waits until the run of the plan has ended', () => {
    const run = (status: 'running' | 'cancelled') => ({ id: 'run_1', status, output: null, error: null });
    expect(nextTaskMove(working({ task: cancel, planRun: run('running') }))).toEqual({ move: 'rest' });
    expect(nextTaskMove(working({ task: cancel, planRun: run('cancelled') }))).toMatchObject({
      move: 'cancel',
    });
  });

  test('wins over a pause and over files that are still read', () => {
    const both = { ...cancel, pausedAt: new Date() };
    expect(nextTaskMove(snapshot({ task: both, files: [file('processing')] }))).toMatchObject({
      move: 'cancel',
    });
  });
});

describe('after a failed attempt', () => {
  test('the task goes to another agent', () => {
    expect(
      nextTaskMove(snapshot({ task: { status: 'assigned', attempt: 1 }, failedAttempts: [failed('agt_1')] })),
    ).toEqual({ move: 'assign' });
  });

  test('one that a certain agent must do fails with that agent’s reason', () => {
    const move = nextTaskMove(
      snapshot({ task: { wantedAgentId: 'agt_1' }, failedAttempts: [failed('agt_1')] }),
    );
    expect(move).toEqual({ move: 'fail', error: { code: 'model_failed', message: 'No answer.' } });
  });

  test('the third one was the last', () => {
    const attempts = Array.from({ length: maxAttempts }, (_, n) => failed(`agt_${n}`));
    const move = nextTaskMove(snapshot({ failedAttempts: attempts }));
    expect(move).toEqual({
      move: 'fail',
      error: { code: 'model_failed', message: 'After 3 attempts: No answer.' },
    });
  });
});
