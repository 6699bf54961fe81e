import { beforeAll, describe, expect, test } from '@jest/globals';
import { lockAgent } from '../../../src/db/agent-store.ts';
import { insertTask, lockTask } from '../../../src/db/task-store.ts';
import { postgresVersions } from '../../support/database.ts';
import { agent, openRunDesk, type RunDesk, set } from './support.ts';

const many = (count: number) => Array.from({ length: count }, (_, n) => n);

describe.each(postgresVersions)('steps that begin together, on PostgreSQL %i', (version) => {
  let desk: RunDesk;
  beforeAll(async () => {
    desk = await openRunDesk(version);
  }, 60_000);

  const beginMany = async (count: number, given = {}) => {
    const id = await desk.begin({ steps: many(count).map((n) => agent(`a${n}`, given)) });
    const { start } = await desk.stand(id);
    return { id, firsts: start.map(({ first }) => first), taskIds: start.map((job) => job.id) };
  };

  test('are told where they stand by the decision that began them, and say the same when asked', async () => {
    const { firsts, taskIds } = await beginMany(3);
    expect(firsts.map((first) => first?.status)).toEqual(many(3).map(() => 'in_progress'));
    for (const [at, taskId] of taskIds.entries()) expect(await desk.look(taskId)).toEqual(firsts[at]);
    expect(await desk.rows('SELECT n, status FROM attempts WHERE task_id = ANY ($1)', taskIds)).toEqual(
      taskIds.map(() => ({ n: 1, status: 'running' })),
    );
  });

  test('ask by themselves when they are more than a few', async () => {
    const { firsts } = await beginMany(12);
    expect(firsts.filter((first) => first !== undefined)).toHaveLength(8);
  });

  test('do not wait for an agent whom somebody holds, and get it when they ask', async () => {
    const agentId = await desk.hire('dyeing', 10);
    const needs = { requires: [{ capability: 'dyeing', level: 1 }] };
    const { firsts, taskIds } = await desk.inside(async (tx) => {
      await lockAgent(tx, agentId);
      return beginMany(2, needs);
    });
    expect(firsts).toEqual([undefined, undefined]);
    const asked = await Promise.all(taskIds.map((taskId) => desk.look(taskId)));
    expect(asked.map(({ status, agent: name }) => [status, name])).toEqual(
      taskIds.map(() => ['in_progress', 'dyeing']),
    );
  });

  test('are known as they were written, without being read', async () => {
    const place = { rootId: 'tsk_as_written', depth: 2, priority: 1, actor: 'system' } as const;
    const given = { ...place, id: 'tsk_as_written', role: 'master_operator', status: 'pending' } as const;
    const { written, read } = await desk.inside(async (tx) => {
      const context = { dependencies: { a: { deep: [1] } } };
      const written = await insertTask(tx, {
        ...given,
        title: 'As written',
        goal: 'g',
        tools: ['t'],
        context,
      });
      return { written, read: await lockTask(tx, given.id) };
    });
    expect({ ...written, createdAt: read.createdAt }).toEqual(read);
  });

  test('take no more slots than there are', async () => {
    const agentId = await desk.hire('spinning', 3);
    const needs = { requires: [{ capability: 'spinning', level: 1 }] };
    const runs = await Promise.all(many(4).map(() => beginMany(2, needs)));
    const standings = await Promise.all(runs.flatMap(({ taskIds }) => taskIds).map((id) => desk.look(id)));
    expect(standings.map(({ status }) => status).toSorted()).toEqual([
      ...many(3).map(() => 'in_progress'),
      ...many(5).map(() => 'waiting'),
    ]);
    expect(await desk.rows('SELECT active FROM agents WHERE id = $1', agentId)).toEqual([{ active: 3 }]);
  });

  test('read what the steps before them brought', async () => {
    const id = await desk.begin({
      steps: [
        set('facts', { n: '7' }),
        agent('a', {}, { dependsOn: ['facts'] }),
        agent('b', {}, { dependsOn: ['facts'] }),
      ],
    });
    await desk.stand(id);
    const tasks = await desk.rows<{ context: unknown }>('SELECT context FROM tasks WHERE run_id = $1', id);
    expect(tasks).toEqual(many(2).map(() => ({ context: { dependencies: { facts: { n: 7 } } } })));
  });
});
