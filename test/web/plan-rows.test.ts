import { describe, expect, test } from '@jest/globals';
import {
  countSteps,
  flatRows,
  isDone,
  isFolded,
  leaves,
  planRows,
  reasonOf,
  standing,
  titleOf,
} from '../../web/src/task/plan-rows.ts';
import { waitTime, workTime } from '../../web/src/task/work-time.ts';
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

  test('of a step with a plan or a workflow of its own stand still when all of that does, for the same reason', () => {
    const id = idOf('run', 61);
    const check = step(1, { key: 'check', kind: 'workflow', childRunId: id, status: 'in_progress' });
    const tree = treeOf({ steps: [check], nested: { [id]: [step(2, { status: 'waiting' })] } });
    const asks = { for: 'person' as const, detail: 'Which port?', since: new Date().toISOString() };
    const held = { ...tree, nested: tree.nested.map((run) => ({ ...run, held: asks })) };
    expect(planRows(tree)[0]?.step).toMatchObject({ status: 'in_progress', waiting: null });
    expect(planRows(held)[0]?.step).toMatchObject({ status: 'waiting', waiting: asks });
    const children = { ...asks, for: 'children' as const };
    expect(standing({ status: 'waiting', waiting: children }, { held: null }).status).toBe('in_progress');
    expect(standing({ status: 'waiting', waiting: children }, { held: asks }).waiting).toBe(asks);
    expect(standing({ status: 'completed', waiting: null }, { held: asks }).status).toBe('completed');
  });

  test('show what a step worked and what it waited apart', () => {
    const second = (n: number) => new Date(1_800_000_000_000 + n * 1000).toISOString();
    const [made] = planRows(
      treeOf({ steps: [step(1, { taskId: idOf('tsk', 101), attempt: 1, status: 'completed' })] }),
    );
    const task = { ...made!.tree!.task, waitedMs: 60_000 };
    const span = { startedAt: second(0), endedAt: second(100) };
    const tried = { ...task.attempts[0]!, ...span, waitedMs: 60_000 };
    const row = (attempts: typeof task.attempts) => ({
      ...made!,
      step: { ...made!.step, ...span },
      tree: { ...made!.tree!, task: { ...task, attempts } },
    });
    for (const each of [row([tried]), row([])])
      expect([workTime(each, 0), waitTime(each, 0)]).toEqual([40_000, 60_000]);
    expect(waitTime(row([{ ...tried, waitedMs: 20 }]), 0)).toBeNull();
    const waiting = { for: 'person' as const, detail: 'Which port?', since: second(90) };
    const now = row([{ ...tried, endedAt: null }]);
    const asking = { ...now, step: { ...now.step, status: 'waiting' as const, waiting } };
    expect([workTime(asking, 1_800_000_200_000), waitTime(asking, 1_800_000_200_000)]).toEqual([
      30_000, 170_000,
    ]);
  });

  test('always say why something waits', () => {
    const steps = [step(1, { status: 'waiting' }), step(2, { status: 'failed' }), step(3)];
    const texts = planRows(treeOf({ steps })).map((row) => reasonOf(row)?.text ?? null);
    expect(texts).toEqual(['The reason is not known yet.', 'No reason was given.', null]);
  });
});
