import { describe, expect, test } from '@jest/globals';
import type { Step } from '../../src/contracts/run.ts';
import {
  countSteps,
  flatRows,
  isDone,
  isFolded,
  leaves,
  nothingAtWork,
  planRows,
  reasonOf,
  titleOf,
} from '../../web/src/task/plan-rows.ts';
import { idOf } from './support/ids.ts';
import { doneSteps, runningSteps, step, treeOf } from './support/fixtures.ts';

describe('the rows of a plan', () => {
  test('put the turns of a forEach under one row, which shows what they took together', () => {
    const [read, ...others] = planRows(treeOf());
    expect(read?.rows.map(({ path }) => path)).toEqual(['read[0]', 'read[1]', 'read[2]']);
    expect(read?.step.cost.usd).toBeCloseTo(0.18);
    expect(others.map(({ path }) => path)).toEqual(['weigh', 'figures', 'footnote', 'draft']);
  });

  test('make a row for turns that came without one', () => {
    const steps = runningSteps().filter(({ key }) => key !== 'read');
    const [read] = planRows(treeOf({ steps }));
    expect(read).toMatchObject({ path: 'read', step: { status: 'completed', taskId: null } });
    expect(read?.rows).toHaveLength(3);
  });

  test('name who had a step last when it failed and is nobody’s any more', () => {
    const tree = treeOf();
    const children = tree.children.map((child) => ({ ...child, task: { ...child.task, agent: null } }));
    const steps = (tree.run?.steps ?? []).map((each) => ({ ...each, agent: null }));
    const rows = planRows({ ...tree, children, run: tree.run && { ...tree.run, steps } });
    expect(rows.find(({ path }) => path === 'weigh')?.step.agent?.name).toBe('Analyst');
  });

  test('count steps, not the rows that group them', () => {
    const rows = planRows(treeOf());
    expect(leaves(rows)).toHaveLength(7);
    expect(leaves(rows).filter(isDone)).toHaveLength(4);
    expect(flatRows(rows)).toHaveLength(8);
  });

  test('count the turns of a forEach that have not begun, too', () => {
    const steps = runningSteps()
      .filter(({ key }) => key !== 'read[2]')
      .map((each) => (each.key === 'read' ? { ...each, items: 5 } : each));
    const rows = planRows(treeOf({ steps }));
    expect(leaves(rows)).toHaveLength(6);
    expect(countSteps(rows)).toBe(9);
    const unseen = planRows(treeOf({ steps: [step(1, { items: 4 })] }));
    expect(countSteps(unseen)).toBe(4);
  });

  test('tell the turns of a forEach apart by their file, or by what was asked', () => {
    const [read] = planRows(treeOf());
    const turns = read?.rows ?? [];
    expect(turns.map(titleOf)[1]).toMatch(/^2 · Read oakhurst-agreement\.docx\. /);
    const { step: turn, tree } = turns[1]!;
    const files = [{ id: 'fil_1', name: 'oakhurst-agreement.docx', status: 'ready' }];
    const row = { ...turns[1]!, tree: { ...tree!, task: { ...tree!.task, files } } };
    expect(titleOf(row)).toBe('2 · oakhurst-agreement.docx');
    expect(titleOf({ ...row, tree: null, step: { ...turn, title: 'Read (2)' } })).toBe('2 · Read');
    expect(titleOf(read!)).toBe(read!.step.title);
  });

  test('fold when they are done, and stay open while a turn works or one failed', () => {
    const [done] = planRows(treeOf({ steps: doneSteps() }));
    expect(isFolded(done!)).toBe(true);
    for (const status of ['in_progress', 'failed'] as const) {
      const steps = runningSteps().map((each) =>
        each.key === 'read[1]' || each.key === 'read' ? { ...each, status } : each,
      );
      expect(isFolded(planRows(treeOf({ steps }))[0]!)).toBe(false);
    }
  });

  test('show what a step that runs a workflow has inside, steps without a task too', () => {
    const [outer, inner] = [idOf('run', 61), idOf('run', 62)];
    const check = step(1, { key: 'check', kind: 'workflow', childRunId: outer, status: 'in_progress' });
    const deeper = step(2, { key: 'deeper', kind: 'workflow', childRunId: inner });
    const within = [
      step(3, { key: 'sum', kind: 'set' }),
      step(4, { key: 'weigh', taskId: idOf('tsk', 102) }),
      deeper,
    ];
    const hold = step(5, { key: 'hold', kind: 'wait', status: 'waiting' });
    const tree = treeOf({ steps: [check], nested: { [outer]: within, [inner]: [hold] } });
    const rows = planRows(tree);
    expect(flatRows(rows).map(({ path }) => path)).toEqual([
      'check',
      'check/sum',
      'check/weigh',
      'check/deeper',
      'check/deeper/hold',
    ]);
    expect(leaves(rows).map(({ path }) => path)).toEqual(['check/sum', 'check/weigh', 'check/deeper/hold']);
    expect(flatRows(rows).find(({ path }) => path === 'check/weigh')?.tree?.task.id).toBe(idOf('tsk', 102));
  });

  test('say that nothing is at work while all that has begun waits', () => {
    const rowsOf = (...statuses: Step['status'][]) =>
      planRows(treeOf({ steps: statuses.map((status, index) => step(index + 1, { status })) }));
    expect(nothingAtWork(rowsOf('completed', 'waiting', 'pending'))).toBe(true);
    expect(nothingAtWork(rowsOf('waiting', 'in_progress'))).toBe(false);
    expect(nothingAtWork(rowsOf('completed', 'pending'))).toBe(false);
  });

  test('always say why something waits', () => {
    const steps = [step(1, { status: 'waiting' }), step(2, { status: 'failed' }), step(3)];
    const texts = planRows(treeOf({ steps })).map((row) => reasonOf(row)?.text ?? null);
    expect(texts).toEqual(['The reason is not known yet.', 'No reason was given.', null]);
  });
});
