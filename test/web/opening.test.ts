import { describe, expect, test } from '@jest/globals';
import { opening, whoHas } from '../../web/src/task/opening.ts';
import { planRows } from '../../web/src/task/plan-rows.ts';
import { treeOf } from './support/fixtures.ts';

const said = (tree: ReturnType<typeof treeOf>) => opening(tree, planRows(tree));

describe('the sentence over a plan', () => {
  test('counts the steps that the plan counts, and names a saved workflow once', () => {
    const tree = treeOf();
    const plan = {
      origin: 'template' as const,
      name: 'Board memo',
      reason: '“Board memo” fits the goal best.',
    };
    const text = said({ ...tree, plan });
    expect(text).toMatch(
      /^Seven steps, \d agents\. From the saved workflow “Board memo”: it fits the goal best\.$/,
    );
  });

  test('of a goal without an agent is about whoever it is for', () => {
    const operator = treeOf({
      plan: false,
      task: { role: 'master_operator', agent: null, attempts: [], status: 'pending' },
    });
    expect(whoHas(operator.task).name).toBe('Master Operator');
    expect(said(operator)).toBe('The goal is accepted; no agent has it yet.');
    const chief = treeOf({ plan: false, task: { status: 'in_progress', waiting: null } });
    expect(said(chief)).toBe('Making the plan.');
  });
});
