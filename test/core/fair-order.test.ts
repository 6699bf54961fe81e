import { describe, expect, test } from '@jest/globals';
import { fairOrder } from '../../src/core/fair-order.ts';

const waiter = (id: string, workspaceId: string) => ({ id, workspaceId });
const idsOf = (waiters: { id: string }[]) =>
  fairOrder(waiters as { id: string; workspaceId: string }[]).map(({ id }) => id);

describe('the order in which parked tasks go on', () => {
  test('workspaces take turns, the oldest task first within one', () => {
    const many = ['tsk_1', 'tsk_2', 'tsk_3', 'tsk_4'].map((id) => waiter(id, 'wsp_big'));
    const few = [waiter('tsk_5', 'wsp_small'), waiter('tsk_6', 'wsp_other'), waiter('tsk_7', 'wsp_small')];
    expect(idsOf([...few, ...many].toReversed())).toEqual([
      'tsk_1',
      'tsk_5',
      'tsk_6',
      'tsk_2',
      'tsk_7',
      'tsk_3',
      'tsk_4',
    ]);
  });

  test('the workspace whose task is the oldest begins', () => {
    expect(idsOf([waiter('tsk_2', 'wsp_a'), waiter('tsk_1', 'wsp_b')])).toEqual(['tsk_1', 'tsk_2']);
  });

  test('nobody waits: nothing', () => {
    expect(fairOrder([])).toEqual([]);
  });
});
