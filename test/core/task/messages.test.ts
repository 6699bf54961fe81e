import { describe, expect, test } from '@jest/globals';
import { nextTaskMove } from '../../../src/core/task/next-move.ts';
import type { TaskMessage } from '../../../src/core/task/snapshot.ts';
import { attempt, effect, said, scorer, snapshot, working } from './snapshots.ts';

const message = (changes: Partial<TaskMessage> = {}): TaskMessage => ({
  id: 'msg_1',
  state: 'delivered',
  shown: false,
  opens: false,
  ...changes,
});
const planRun = { id: 'run_1', status: 'running' as const, output: null, error: null };
const chief = { role: 'chief_of_staff' as const, planRunId: 'run_1', planOrigin: 'model' as const };

describe('a message that has arrived', () => {
  test('is delivered before anything else is decided, also while a call is open', () => {
    const messages = [message({ state: 'accepted' }), message({ id: 'msg_2', state: 'accepted' })];
    const open = working({ messages, effects: [effect({ status: 'claimed' })] });
    expect(nextTaskMove(open)).toEqual({ move: 'deliver', ids: ['msg_1', 'msg_2'] });
    expect(nextTaskMove(snapshot({ messages, task: { status: 'completed' } }))).toMatchObject({
      move: 'deliver',
    });
  });

  test('and is not read makes a finished answer wait for another turn', () => {
    const done = working({ effects: [said('The answer.')], messages: [message()] });
    expect(nextTaskMove(done)).toEqual({
      move: 'call',
      turn: 2,
      effects: [{ kind: 'model', purpose: 'work' }],
    });
  });

  test('and was shown, or is the request that the task is for, does not', () => {
    for (const changes of [{ shown: true, state: 'read' as const }, { opens: true }])
      expect(nextTaskMove(working({ effects: [said('Done.')], messages: [message(changes)] }))).toMatchObject(
        {
          move: 'complete',
        },
      );
  });

  test('does not keep a result back that no turn is left for, nor where no model can read', () => {
    const spent = working({
      current: attempt('master_operator', 1, { maxTurns: 1 }),
      effects: [said('Done.')],
      messages: [message()],
    });
    expect(nextTaskMove(spent)).toMatchObject({ move: 'complete' });
    const scored = effect({ purpose: 'method:quote', outcome: { markdown: 'Quotes', data: null } });
    const small = working({ models: [scorer], effects: [scored], messages: [message()] });
    expect(nextTaskMove(small)).toMatchObject({ move: 'complete' });
  });

  test('lets a Chief of Staff answer while its plan is carried out, and the plan’s own turns go on after it', () => {
    const plan = effect({ purpose: 'plan' });
    const waiting = working({ task: chief, planRun, effects: [plan], messages: [message()] });
    expect(nextTaskMove(waiting)).toEqual({
      move: 'call',
      turn: 2,
      effects: [{ kind: 'model', purpose: 'hear' }],
    });
    const heard = effect({ turn: 2, purpose: 'hear', outcome: { text: 'Yes.', toolCalls: [], stop: 'end' } });
    const done = { ...planRun, status: 'completed' as const, output: 'x' };
    const after = working({
      task: chief,
      planRun: done,
      effects: [plan, heard],
      messages: [message({ shown: true })],
    });
    expect(nextTaskMove(after)).toMatchObject({ move: 'call', turn: 3 });
    const failed = { ...heard, status: 'failed' as const, error: { code: 'model_failed', message: 'no' } };
    expect(nextTaskMove({ ...waiting, effects: [plan, failed], messages: [] })).toMatchObject({
      move: 'wait',
      for: 'children',
    });
  });
});

test('a reply in a conversation of a Chief of Staff is a talk, not a plan, and needs no slot', () => {
  const talk = working({ task: { role: 'chief_of_staff', conversationId: 'cnv_1', holdsSlot: false } });
  expect(nextTaskMove(talk)).toEqual({
    move: 'call',
    turn: 1,
    effects: [{ kind: 'model', purpose: 'work' }],
  });
});
