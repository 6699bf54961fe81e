import { beforeAll, describe, expect, test } from '@jest/globals';
import { updateAgent } from '../../../src/commands/update-agent.ts';
import { UpdateAgent } from '../../../src/contracts/agent.ts';
import { insertFile } from '../../../src/db/file-store.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type Desk, openDesk } from './support.ts';

describe('a look at the record', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(18);
    await desk.hire('looking');
  }, 60_000);

  async function afterLook(afterMs?: number): Promise<string[]> {
    const taskId = await desk.give('looking');
    const target = `task/${taskId}`;
    await desk.rows(`UPDATE outbox SET status = 'done', done_at = now() WHERE target = $1`, target);
    await desk.inside(async (tx) => tx.wake({ target, label: 'x', ...(afterMs ? { afterMs } : {}) }));
    await desk.look(taskId);
    const open = await desk.rows<{ status: string }>(
      `SELECT status FROM outbox WHERE target = $1 AND status <> 'done'`,
      target,
    );
    return open.map(({ status }) => status);
  }

  test('fulfils a hint that was written for later', async () => {
    expect(await afterLook(2000)).toEqual([]);
  });

  test('leaves what is due now to the dispatcher: the look may be the last of an execution that was lost', async () => {
    expect(await afterLook()).toEqual(['ready']);
  });
});

test('a task that begins to wait for a file sees that it is read to its end at this moment', async () => {
  const desk = await openDesk(18);
  await desk.hire('waiting');
  const taskId = await desk.give('waiting');
  const file = { name: 'note.txt', kind: 'text', mediaType: 'text/plain', size: 1, sha256: 'a'.repeat(64) };
  const { id } = await desk.inside((tx) => insertFile(tx, file));
  await desk.rows('INSERT INTO task_files (task_id, file_id, position) VALUES ($1, $2, 1)', taskId, id);
  const { promise: commit, resolve: release } = Promise.withResolvers<void>();
  const reading = desk.inside(async (tx) => {
    await tx.sql(`UPDATE files SET status = 'ready' WHERE id = $1`, [id]);
    await commit;
  });
  const look = desk.look(taskId);
  await waitFor(
    async () => {
      const blocked = await desk.rows(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return blocked.length > 0;
    },
    { what: 'the look to wait for the file' },
  );
  release();
  await reading;
  expect(await look).toMatchObject({ status: 'in_progress' });
});

test('a task whose agent may use no model that is there goes on when that is changed', async () => {
  const desk = await openDesk(18);
  const agentId = await desk.hire('choosing');
  const allow = (allowed: string[] | null) =>
    desk.inside((tx) =>
      updateAgent(tx, desk.caller, {
        agentId,
        changes: UpdateAgent.parse({ modelPolicy: { allowed } }),
        ifMatch: null,
      }),
    );
  await allow(['another']);
  const taskId = await desk.give('choosing');
  const wakes = () => desk.rows('SELECT id FROM outbox WHERE target = $1', `task/${taskId}`);
  expect(await desk.look(taskId)).toMatchObject({ status: 'waiting' });
  const before = (await wakes()).length;
  await allow(null);
  expect(await wakes()).toHaveLength(before + 1);
  expect(await desk.look(taskId)).toMatchObject({ status: 'in_progress' });
});
