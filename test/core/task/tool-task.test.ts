import { describe, expect, test } from '@jest/globals';
import type { Purse } from '../../../src/core/budget/escrow.ts';
import type { EffectFacts, TaskSnapshot } from '../../../src/core/task/snapshot.ts';
import { toolTaskMove } from '../../../src/core/task/tool-task.ts';

const toolCall = { tool: 'pay', arguments: { amount: 5 }, planned: false };
const move = (
  call: Partial<EffectFacts> | null,
  { attempt = 1, attemptsBefore = 0, purses = [] as Purse[] } = {},
) => {
  const task = { attempt, attemptsBefore, toolCall };
  return toolTaskMove({ task, purses, effects: call ? [call] : [] } as unknown as TaskSnapshot, toolCall);
};

describe('a task that is one tool call', () => {
  test('begins an attempt, also after it was opened again, and plans its one call', () => {
    expect(move(null, { attempt: 0, attemptsBefore: 0 })).toEqual({ move: 'begin' });
    expect(move({ status: 'failed' }, { attempt: 2, attemptsBefore: 2 })).toEqual({ move: 'begin' });
    expect(move(null)).toEqual({
      move: 'call',
      turn: 1,
      effects: [{ kind: 'tool', purpose: 'pay', input: { arguments: '{"amount":5}' } }],
    });
  });

  test('rests while the call is under way, and waits for a person as the call does', () => {
    expect([move({ status: 'planned' }), move({ status: 'claimed' })]).toEqual([
      { move: 'rest' },
      { move: 'rest' },
    ]);
    const waits = { for: 'approval' as const, detail: 'Pay?', on: ['apr_1'], until: null };
    expect(move({ key: 'k', status: 'waiting', waits })).toMatchObject({ move: 'wait', for: 'approval' });
    expect(move({ key: 'k', status: 'waiting', waits: { ...waits, granted: true } })).toEqual({
      move: 'again',
      keys: ['k'],
    });
  });

  test('waits without room in a purse, and makes the same call when there is room', () => {
    const parked = { key: 'k', status: 'parked' as const, needs: { microUsd: 300, tokens: 0 } };
    const purse = { id: 'bud_1', scope: 'tree', limitMicroUsd: 200, limitTokens: null, spentMicroUsd: 0 };
    const rest = { spentTokens: 0, reservedMicroUsd: 0, reservedTokens: 0, warned: 0, subjectId: 'tsk_1' };
    const within = (limitMicroUsd: number) => [{ ...purse, ...rest, limitMicroUsd }] as Purse[];
    expect(move(parked, { purses: within(200) })).toMatchObject({ move: 'wait', for: 'budget' });
    expect(move(parked, { purses: within(300) })).toEqual({ move: 'again', keys: ['k'] });
  });

  test('ends with what the call answered', () => {
    const settled = (outcome: unknown) => move({ status: 'settled', outcome });
    expect(settled({ text: 'Paid.' })).toEqual({ move: 'complete', result: { markdown: 'Paid.' } });
    expect(settled({ text: 'Paid.', data: { id: 7 } })).toEqual({
      move: 'complete',
      result: { markdown: 'Paid.', data: { id: 7 } },
    });
    expect(settled({ text: 'No money.', isError: true })).toEqual({
      move: 'fail',
      error: { code: 'tool_failed', message: 'No money.' },
    });
    expect(settled({ text: 'No.', isError: true, code: 'approval_denied' })).toMatchObject({
      error: { code: 'approval_denied' },
    });
    expect(move({ status: 'failed', error: { code: 'unavailable', message: 'Lost.' } })).toEqual({
      move: 'fail',
      error: { code: 'unavailable', message: 'Lost.' },
    });
  });
});
