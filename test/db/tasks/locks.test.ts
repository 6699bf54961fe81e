import { describe, expect, test } from '@jest/globals';
import { lockAgent } from '../../../src/db/agent-store.ts';
import { newId } from '../../../src/db/new-id.ts';
import { insertTask, lockTask, updateTask } from '../../../src/db/task-store.ts';
import { postgresVersions } from '../../support/database.ts';
import { openDesk } from './support.ts';

describe.each(postgresVersions)('locks on PostgreSQL %i', (version) => {
  test('whoever holds a task and its agent makes nobody wait who begins and writes a task below them', async () => {
    const desk = await openDesk(version);
    const agentId = await desk.hire('write');
    const rootId = await desk.give('write');
    const id = newId('task');
    const place = { id, rootId, parentId: rootId, depth: 1, priority: 1, status: 'pending' as const };
    const work = { role: 'master_operator' as const, title: 'Below', goal: 'Do it.', actor: 'system' };
    await desk.inside(async (tx) => {
      await lockTask(tx, rootId);
      await lockAgent(tx, agentId);
      // Another transaction, while this one is open. Written twice, PostgreSQL looks up what it refers to again.
      await desk.inside(async (other) => {
        await insertTask(other, { ...place, ...work });
        const below = await lockTask(other, id);
        await updateTask(other, below, { title: 'Begun', agentId });
        await updateTask(other, below, { title: 'Begun again' });
      });
    });
    expect(await desk.rows('SELECT title FROM tasks WHERE id = $1', id)).toEqual([{ title: 'Begun again' }]);
  });
});
