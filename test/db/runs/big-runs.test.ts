import { beforeAll, describe, expect, test } from '@jest/globals';
import { agent, openRunDesk, type RunDesk, set } from './support.ts';

const many = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('big runs', () => {
  let desk: RunDesk;
  beforeAll(async () => {
    desk = await openRunDesk(18);
  }, 60_000);

  test('a thousand set steps in one chain are one decision, each told once', async () => {
    const chain = many(1000).map((n) =>
      n === 0
        ? set('s0', { n: '0' })
        : set(`s${n}`, { n: `steps.s${n - 1}.output.n + 1` }, { dependsOn: [`s${n - 1}`] }),
    );
    const id = await desk.begin({ steps: chain, output: '${{ steps.s999.output.n }}' });
    expect((await desk.stand(id)).end).toBe('completed');
    expect(await desk.run(id)).toMatchObject({ status: 'completed', output: 999 });
    const told = await desk.rows<{ n: number; keys: number }>(
      `SELECT count(*)::int AS n, count(DISTINCT data->>'key')::int AS keys FROM events WHERE stream = $1 AND type = 'step.completed'`,
      `run/${id}`,
    );
    expect(told).toEqual([{ n: 1000, keys: 1000 }]);
  });

  test('two hundred agent steps start together, and the next look starts nothing more', async () => {
    const steps = many(200).map((n) => agent(`a${n}`));
    const id = await desk.begin({
      steps: [...steps, set('end', { n: '1' }, { dependsOn: many(200).map((n) => `a${n}`) })],
    });
    const standing = await desk.stand(id);
    expect(standing.start).toHaveLength(200);
    expect(new Set(standing.start.map((job) => job.id)).size).toBe(200);
    // Where those stand that were begun by the same decision is said once.
    const start = standing.start.map(({ first: _said, ...job }) => job);
    expect(await desk.stand(id)).toEqual({ ...standing, start });
    const [tasks] = await desk.rows<{ n: number }>(
      'SELECT count(*)::int AS n FROM tasks WHERE run_id = $1',
      id,
    );
    expect(tasks).toEqual({ n: 200 });
  });

  test('below a run there are so many runs and no more, however deep', async () => {
    const nest = (workflowId: string) => ({
      steps: [{ id: 'nest', kind: 'workflow', with: { workflowId, inputs: {} } }],
    });
    const workflowOf = async (definition: Record<string, unknown>) =>
      (await desk.run(await desk.begin(definition))).workflowId;
    const leaf = await workflowOf({ steps: [set('end')] });
    const id = await desk.begin(nest(await workflowOf(nest(leaf))));
    await desk.rows(
      `INSERT INTO runs (id, workspace_id, workflow_id, workflow_version, name, status, inputs, priority, depth, actor, parent_run_id, nesting)
       SELECT id || n, workspace_id, workflow_id, workflow_version, name, 'completed', inputs, priority, depth, actor, id, 1
         FROM runs, generate_series(1, 4999) n WHERE id = $1`,
      id,
    );
    const inner = (await desk.stand(id)).start[0]?.id ?? '';
    await desk.stand(inner);
    await desk.stand(inner);
    expect(await desk.run(inner)).toMatchObject({
      status: 'failed',
      error: { code: 'guard_tripped', message: expect.stringContaining('at most 5,000 others') },
    });
  });

  test('a forEach of two hundred begins as many as may run, in their order', async () => {
    const id = await desk.begin({
      steps: [agent('each', { goal: 'Do ${{ item }}.' }, { forEach: { items: many(200), maxParallel: 25 } })],
    });
    await desk.stand(id);
    const items = [...(await desk.steps(id)).values()].filter(({ index }) => index !== null);
    expect(items.map(({ index }) => index).toSorted((a, b) => Number(a) - Number(b))).toEqual(many(25));
  });
});

describe('what a decision reads', () => {
  let desk: RunDesk;
  beforeAll(async () => {
    desk = await openRunDesk();
  }, 60_000);

  test('outputs that an expression names, and those that the next task sees', async () => {
    const id = await desk.begin({
      steps: [
        agent('first'),
        agent('second', {}, { dependsOn: ['first'] }),
        set('third', { length: 'size(steps.first.output.markdown)' }, { dependsOn: ['second'] }),
        agent('unread', {}, { dependsOn: ['third'] }),
      ],
      output: { length: '${{ steps.third.output.length }}', last: '${{ steps.unread.output.markdown }}' },
    });
    await desk.stand(id);
    await desk.work(id, 'first', 'Twelve words.');
    await desk.work(id, 'second');
    const steps = await desk.steps(id);
    const [task] = await desk.rows<{ context: unknown }>(
      'SELECT context FROM tasks WHERE id = $1',
      steps.get('second')?.taskId,
    );
    expect(task?.context).toEqual({ dependencies: { first: { markdown: 'Twelve words.' } } });
    const [next] = await desk.rows<{ context: unknown }>(
      'SELECT context FROM tasks WHERE id = $1',
      steps.get('unread')?.taskId,
    );
    expect(next?.context).toEqual({ dependencies: { third: { length: 13 } } });
    await desk.work(id, 'unread');
    expect(await desk.run(id)).toMatchObject({
      status: 'completed',
      output: { length: 13, last: 'unread is done.' },
    });
  });

  test('outputs of items only when the last of them has ended', async () => {
    const id = await desk.begin({
      steps: [
        agent('each', { goal: '${{ item }}' }, { forEach: { items: ['a', 'b', 'c'] }, onError: 'continue' }),
        set('all', { texts: 'steps.each.output.map(one, one.markdown)' }, { dependsOn: ['each'] }),
      ],
    });
    await desk.stand(id);
    for (const n of [2, 0, 1]) await desk.work(id, `each[${n}]`, `text ${n}`);
    expect(await desk.run(id)).toMatchObject({
      status: 'completed',
      output: { all: { texts: ['text 0', 'text 1', 'text 2'] } },
    });
  });
});

describe('inputs of a run', () => {
  test('have their defaults where nothing was given', async () => {
    const desk = await openRunDesk();
    const inputs = {
      type: 'object',
      properties: { who: { type: 'string', default: 'Ada' }, n: { type: 'integer' } },
    };
    const id = await desk.begin({ inputs, steps: [set('greet', { text: '"For " + inputs.who' })] }, { n: 3 });
    await desk.stand(id);
    expect(await desk.run(id)).toMatchObject({
      inputs: { who: 'Ada', n: 3 },
      output: { greet: { text: 'For Ada' } },
    });
  });
});
