import { beforeAll, describe, expect, test } from '@jest/globals';
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
