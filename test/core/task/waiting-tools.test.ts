import { describe, expect, test } from '@jest/globals';
import { nextTaskMove } from '../../../src/core/task/next-move.ts';
import type { EffectFacts, EffectWaits } from '../../../src/core/task/snapshot.ts';
import { attempt, snapshot } from './snapshots.ts';

describe('a tool call that somebody else has to answer', () => {
  const atWork = { status: 'in_progress', attempt: 1, agentId: 'agt_1', holdsSlot: true } as const;
  const call = (key: string, changes: Partial<EffectFacts>): EffectFacts => ({
    key,
    turn: 2,
    kind: 'tool',
    purpose: 'ask_person',
    status: 'settled',
    input: {},
    outcome: null,
    error: null,
    ...changes,
  });
  const asks = (key: string, waits: Partial<EffectWaits> = {}): EffectFacts =>
    call(key, {
      status: 'waiting',
      waits: { for: 'person', detail: 'Which year?', on: [`msg_${key}`], until: null, ...waits },
    });

  test('makes its task wait for what it waits for', () => {
    const move = nextTaskMove(snapshot({ task: atWork, current: attempt(), effects: [asks('a')] }));
    expect(move).toEqual({ move: 'wait', for: 'person', detail: 'Which year?', on: ['msg_a'], until: null });
  });

  test('is waited for only when the other calls of its turn have ended', () => {
    const effects = [asks('a'), call('b', { status: 'claimed' })];
    expect(nextTaskMove(snapshot({ task: atWork, current: attempt(), effects }))).toEqual({ move: 'rest' });
  });

  test('is looked at again when the first of several is over', () => {
    const effects = [
      asks('a', { until: '2026-01-02T00:00:00Z' }),
      asks('b', { until: '2026-01-01T00:00:00Z' }),
    ];
    expect(nextTaskMove(snapshot({ task: atWork, current: attempt(), effects }))).toMatchObject({
      detail: 'Which year? (and 1 more)',
      on: ['msg_a', 'msg_b'],
      until: new Date('2026-01-01T00:00:00Z'),
    });
  });

  test('is abandoned when its task is cancelled', () => {
    const task = {
      ...atWork,
      status: 'waiting',
      waitingFor: 'person',
      cancelRequestedAt: new Date(0),
    } as const;
    const move = nextTaskMove(snapshot({ task, current: attempt(), effects: [asks('a')] }));
    expect(move).toEqual({ move: 'abandon', keys: ['a'] });
  });

  test('when it is answered, the agent takes its next turn', () => {
    const task = { ...atWork, status: 'waiting', waitingFor: 'person', holdsSlot: false } as const;
    expect(nextTaskMove(snapshot({ task, current: attempt(), effects: [call('a', {})] }))).toEqual({
      move: 'resume',
    });
  });
});
