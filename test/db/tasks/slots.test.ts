import { setImmediate } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { cancelTask } from '../../../src/commands/cancel-task.ts';
import { freeSlot } from '../../../src/db/assignment/agent-slots.ts';
import { callForgotten, leaveQueue } from '../../../src/db/assignment/capacity-waiters.ts';
import type { Tx } from '../../../src/db/record.ts';
import { lockTask, updateTask } from '../../../src/db/task-store.ts';
import { postgresVersions } from '../../support/database.ts';
import { type Desk, openDesk } from './support.ts';

describe.each(postgresVersions)('slots and events on PostgreSQL %i', (version) => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(version);
  }, 60_000);

  const active = async (agentId: string) =>
    (await desk.rows<{ active: number }>('SELECT active FROM agents WHERE id = $1', agentId))[0]?.active;
  const woken = async (taskId: string) =>
    (await desk.rows(`SELECT 1 FROM outbox WHERE target = $1`, `task/${taskId}`)).length;
  const status = async (taskId: string) =>
    (await desk.rows<{ status: string }>('SELECT status FROM tasks WHERE id = $1', taskId))[0]?.status;

  async function finish(taskId: string): Promise<void> {
    const { start } = await desk.look(taskId);
    const key = start[0]?.key ?? '';
    const claim = await desk.claim(taskId, key);
    await desk.settle(taskId, key, { try: 'claimed' in claim ? claim.claimed.try : 1 });
  }

  test('an agent never has more than its most, however many ask at once; the others wait for capacity', async () => {
    const agentId = await desk.hire('juggling', 3);
    const ids = await Promise.all(Array.from({ length: 20 }, () => desk.give('juggling')));
    await Promise.all(ids.map((id) => desk.look(id)));
    expect(await active(agentId)).toBe(3);
    const rows = await desk.rows<{ status: string; n: number }>(
      'SELECT status, count(*)::int AS n FROM tasks WHERE id = ANY($1) GROUP BY status ORDER BY status',
      ids,
    );
    expect(rows).toEqual([
      { status: 'in_progress', n: 3 },
      { status: 'waiting', n: 17 },
    ]);
  });

  test('a freed slot wakes the one who waits longest, and nobody else', async () => {
    const agentId = await desk.hire('knitting', 1);
    const [first, second, third] = [
      await desk.give('knitting'),
      await desk.give('knitting'),
      await desk.give('knitting'),
    ];
    for (const id of [first, second, third]) await desk.look(id);
    await finish(first);
    expect([await woken(second), await woken(third)]).toEqual([2, 1]);
    expect(await desk.look(second)).toMatchObject({ status: 'in_progress' });
    expect(await active(agentId)).toBe(1);
  });

  test('who is called and is cancelled instead passes the call on', async () => {
    await desk.hire('pottery', 1);
    const [first, second, third] = [
      await desk.give('pottery'),
      await desk.give('pottery'),
      await desk.give('pottery'),
    ];
    for (const id of [first, second, third]) await desk.look(id);
    await finish(first);
    await desk.inside((tx) => cancelTask(tx, desk.caller, { taskId: second }));
    await desk.look(second);
    expect(await woken(third)).toBe(2);
    await desk.look(third); // who was called and never came would be called again, instead of those of the tests to come
  });

  test('who waits is called although somebody holds the row at this moment', async () => {
    await desk.hire('rowing', 1);
    const [first, second, third] = [
      await desk.give('rowing'),
      await desk.give('rowing'),
      await desk.give('rowing'),
    ];
    for (const id of [first, second]) await desk.look(id);
    await desk.inside(async (tx) => {
      await tx.sql('SELECT id FROM tasks WHERE id = $1 FOR NO KEY UPDATE', [second]);
      await finish(first);
    });
    expect(await woken(second)).toBe(2);
    // Somebody else who comes and whose row nobody holds is called instead: one slot, one call.
    await desk.look(second);
    await desk.look(third);
    const fourth = await desk.give('rowing');
    await desk.look(fourth);
    await desk.inside(async (tx) => {
      await tx.sql('SELECT id FROM tasks WHERE id = $1 FOR NO KEY UPDATE', [third]);
      await finish(second);
    });
    expect([await woken(third), await woken(fourth)]).toEqual([1, 2]);
    for (const id of [third, fourth]) await desk.look(id);
  });

  test('who waits beside a free slot for long is called', async () => {
    const agentId = await desk.hire('sailing', 1);
    const [first, second] = [await desk.give('sailing'), await desk.give('sailing')];
    for (const id of [first, second]) await desk.look(id);
    await callForgotten(desk.db);
    await desk.rows(
      `UPDATE tasks SET waiting_since = now() - interval '1 minute' WHERE id = $1 RETURNING id`,
      second,
    );
    await callForgotten(desk.db);
    expect(await woken(second)).toBe(1);
    // A hand in the database.
    await desk.rows('UPDATE agents SET max_concurrent = 2 WHERE id = $1 RETURNING id', agentId);
    await desk.rows(
      'UPDATE agent_capabilities SET max_concurrent = 2 WHERE agent_id = $1 RETURNING name',
      agentId,
    );
    await callForgotten(desk.db);
    expect(await woken(second)).toBe(2);
    await desk.look(second);
  });

  test('a slot that is freed while another task decides to wait finds that task: nobody waits beside a free slot', async () => {
    const agentId = await desk.hire('chess', 1);
    for (let round = 0; round < 15; round += 1) {
      const holder = await desk.give('chess');
      await desk.look(holder);
      const waiter = await desk.give('chess');
      await Promise.all([finish(holder), desk.look(waiter)]);
      const called = (await woken(waiter)) > 1;
      if ((await status(waiter)) === 'waiting') expect(called).toBe(true);
      await finish(waiter);
    }
    expect(await active(agentId)).toBe(0);
  });

  describe('who decides to wait looks once more, and goes to work', () => {
    const someoneStandsAtTheGate = async () => {
      const waits = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
      while ((await desk.rows(waits)).length === 0) await setImmediate();
    };
    /** Looks at the task while a transaction that has done this `work` is not committed yet. */
    const lookDuring = async (taskId: string, work: (tx: Tx) => Promise<void>) => {
      let look: ReturnType<Desk['look']> | undefined;
      await desk.inside(async (tx) => {
        await work(tx);
        tx.atEnd(async () => {
          look = desk.look(taskId);
          await someoneStandsAtTheGate();
        });
      });
      return await look;
    };

    test('when a slot is being freed at that moment', async () => {
      const agentId = await desk.hire('fencing', 1);
      const [holder, waiter] = [await desk.give('fencing'), await desk.give('fencing')];
      await desk.look(holder);
      const stands = await lookDuring(waiter, async (tx) => freeSlot(tx, agentId));
      expect(stands).toMatchObject({ status: 'in_progress' });
    });

    test('when the one before it leaves the queue at that moment', async () => {
      const agentId = await desk.hire('rafting', 1);
      const [holder, first, second] = [
        await desk.give('rafting'),
        await desk.give('rafting'),
        await desk.give('rafting'),
      ];
      for (const id of [holder, first]) await desk.look(id);
      await desk.inside(async (tx) => freeSlot(tx, agentId));
      const stands = await lookDuring(second, async (tx) => {
        const task = await lockTask(tx, first);
        await updateTask(tx, task, { status: 'cancelled', waitingFor: null });
        leaveQueue(tx);
      });
      expect(stands).toMatchObject({ status: 'in_progress' });
    });
  });

  test('twenty transactions at once leave each stream without a gap', async () => {
    await desk.hire('archery', 50);
    const taskId = await desk.give('archery');
    const shared = Array.from({ length: 20 }, (_, n) =>
      desk.inside(async (tx) => {
        for (const stream of n % 2 ? ['task/b', `task/${taskId}`] : [`task/${taskId}`, 'task/b'])
          tx.emit({ stream, type: 'task.progressed', data: { note: String(n) } });
      }),
    );
    await Promise.all([...shared, desk.look(taskId)]);
    const streams = await desk.rows<{ gapless: boolean; last: boolean }>(
      `SELECT array_agg(e.seq ORDER BY e.seq) = array_agg(n ORDER BY n) AS gapless, max(e.seq) = max(s.last_seq) AS last
         FROM (SELECT stream, seq, row_number() OVER (PARTITION BY stream ORDER BY seq)::int AS n FROM events) e JOIN streams s ON s.name = e.stream GROUP BY e.stream`,
    );
    expect(streams.every(({ gapless, last }) => gapless && last)).toBe(true);
    const [at] = await desk.rows<{ n: number }>(
      `SELECT count(*)::int AS n FROM events WHERE stream = 'task/b'`,
    );
    expect(at?.n).toBe(20);
  });
});
