import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Standing } from '../../../src/contracts/corridor.ts';
import { agent, openRunDesk, type RunDesk, set } from './support.ts';

describe('where a run stands, asked by whoever ended the task of a step', () => {
  let desk: RunDesk;
  beforeAll(async () => {
    desk = await openRunDesk();
  }, 60_000);

  const taskOf = async (runId: string, key: string) => (await desk.steps(runId)).get(key)?.taskId ?? '';
  const ask = async (runId: string, key: string) =>
    desk.tasks.standRunInPassing(desk.asker, { runId, taskId: await taskOf(runId, key) });
  const hear = async (runId: string, key: string) => (await ask(runId, key)) as Standing;
  const hints = (runId: string) =>
    desk.rows<{ id: string; farOff: boolean }>(
      `SELECT id, due_at > now() + interval '5 s' AS far_off FROM outbox WHERE target = $1 AND status = 'ready' AND due_at > now() ORDER BY id`,
      `run/${runId}`,
    );
  const beginWith = async (...steps: object[]) => {
    const id = await desk.begin({ steps });
    await desk.stand(id);
    return id;
  };

  test('is what the run itself would have been told, and the hint to look is fulfilled by the child that was begun', async () => {
    const id = await beginWith(
      agent('a'),
      agent('b', {}, { dependsOn: ['a'] }),
      set('c', {}, { dependsOn: ['b'] }),
    );
    await desk.finish(id, 'a');
    const [hint] = await hints(id);
    const told = await hear(id, 'a');
    const [job] = told.start;
    expect(job).toMatchObject({
      id: (await desk.steps(id)).get('b')?.taskId,
      first: { status: 'in_progress' },
      fulfils: [hint?.id],
    });
    expect(await hints(id)).toEqual([{ id: hint?.id, farOff: true }]);
    await desk.tasks.standTask({ ...desk.asker, fulfils: job?.fulfils ?? [] }, { taskId: job?.id ?? '' });
    expect(await hints(id)).toEqual([]);
    const { first: _first, fulfils: _fulfils, ...begun } = job ?? {};
    expect(await desk.stand(id)).toEqual({ ...told, start: [begun] });
  });

  test('needs no hint where others work on and nothing begins', async () => {
    const id = await beginWith(agent('a'), agent('b'), agent('c', {}, { dependsOn: ['a', 'b'] }));
    await desk.finish(id, 'a');
    expect((await hear(id, 'a')).start).toHaveLength(1);
    expect(await hints(id)).toEqual([]);
    expect((await desk.steps(id)).get('a')).toMatchObject({ status: 'completed' });
  });

  test('is left to the run when it ends, and when it has only a time to wait for: nothing is written, the hint stays', async () => {
    const ending = await beginWith(agent('a'), set('b', {}, { dependsOn: ['a'] }));
    const waiting = await beginWith(agent('a'), {
      id: 'b',
      kind: 'wait',
      dependsOn: ['a'],
      with: { for: 'PT1H' },
    });
    for (const id of [ending, waiting]) {
      await desk.finish(id, 'a');
      expect(await ask(id, 'a')).toBe('left');
      expect((await desk.steps(id)).get('a')).toMatchObject({ status: 'in_progress' });
      expect(await hints(id)).toMatchObject([{ farOff: false }]);
    }
    expect(await desk.stand(ending)).toMatchObject({ end: 'completed' });
    expect(await desk.stand(waiting)).toMatchObject({ end: null, wakeAt: expect.any(Number) });
  });

  test('is told once: what another look has taken in needs no word, and that look’s hint stays until it has arrived', async () => {
    const id = await beginWith(
      agent('a'),
      agent('b'),
      agent('c', {}, { dependsOn: ['a'] }),
      agent('d', {}, { dependsOn: ['c', 'b'] }),
    );
    await desk.finish(id, 'a');
    await desk.finish(id, 'b');
    const [ofA, ofB] = await hints(id);
    const told = await hear(id, 'a');
    expect(told.start.find(({ fulfils }) => fulfils)).toMatchObject({
      id: await taskOf(id, 'c'),
      fulfils: [ofA?.id, ofB?.id],
    });
    expect(await ask(id, 'b')).toBeNull();
    expect(await hints(id)).toHaveLength(2);
  });

  test('is left to the run while it is paused, and while much is at work', async () => {
    const id = await beginWith(agent('a'), agent('b', {}, { dependsOn: ['a'] }));
    await desk.finish(id, 'a');
    await desk.rows('UPDATE runs SET paused_at = now() WHERE id = $1', id);
    expect(await ask(id, 'a')).toBe('left');
    const wide = await beginWith(...Array.from({ length: 10 }, (_, n) => agent(`a${n}`)));
    await desk.finish(wide, 'a0');
    expect(await ask(wide, 'a0')).toBe('left');
  });
});
