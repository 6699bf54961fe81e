import { beforeAll, describe, expect, test } from '@jest/globals';
import { cancelTask } from '../../src/commands/cancel-task.ts';
import { openRows } from '../../src/db/open-rows.ts';
import {
  isPlan,
  isStep,
  isSynthesis,
  openScriptedHouse,
  type ScriptedHouse,
} from '../support/scripted-house.ts';
import { waitFor } from '../support/wait-for.ts';

let house: ScriptedHouse;
beforeAll(async () => {
  house = await openScriptedHouse();
}, 60_000);

/** What happens when somebody loses Temporal's store: everything open is gone there, and woken from the record. */
async function loseTemporal(): Promise<void> {
  const open = await openRows(house.db, '', 1000);
  for (const { target } of open)
    await house.client.workflow
      .getHandle(target)
      .terminate('lost')
      .catch(() => undefined);
  await house.db.inWorkspace(house.scope, async (tx) => {
    for (const { target, label, rootTaskId } of open) tx.wake({ target, label, rootTaskId });
  });
}

const stages = [
  ['while the plan is written', isPlan],
  ['while the first step is at work', isStep('Gather the facts')],
  ['while two steps are at work', isStep('Work on part 2')],
  ['while the result is written', isSynthesis],
] as const;

describe('the loss of everything that Temporal knew', () => {
  test.each(stages)('%s: the task goes on from the record, each effect counts once', async (_, stage) => {
    const held = house.hold(stage);
    const id = await house.give({ goal: 'Compare three suppliers.' });
    await held;
    await loseTemporal();
    expect(await house.reaches('tasks', id, ['completed', 'failed'])).toMatchObject({ status: 'completed' });
    await house.isWhole(id);
    const unknown = await house.rows(`SELECT 1 FROM ledger WHERE root_task_id = $1 AND outcome <> 'ok'`, id);
    expect(unknown).toHaveLength(1);
  });

  test('before anything was asked: the task begins when it is woken', async () => {
    const id = await house.give({ goal: 'Compare three suppliers.' });
    await waitFor(() => house.client.workflow.getHandle(`task/${id}`).describe(), { what: 'the start' });
    await loseTemporal();
    expect(await house.reaches('tasks', id, ['completed', 'failed'])).toMatchObject({ status: 'completed' });
    await house.isWhole(id);
  });

  test('together with a cancel: nobody waits for a call that nobody makes any more', async () => {
    const held = house.hold(isStep('Gather the facts'));
    const id = await house.give({ goal: 'Compare three suppliers.' });
    await held;
    await house.db.inWorkspace(house.scope, (tx) => cancelTask(tx, house.caller, { taskId: id }));
    await loseTemporal();
    expect(await house.reaches('tasks', id, ['completed', 'failed', 'cancelled'], 10_000)).toMatchObject({
      status: 'cancelled',
    });
    await house.isWhole(id);
  });
});

describe('a cancel', () => {
  test.each(stages)(
    '%s: the tree is final within ten seconds, the model call is hung up',
    async (_, stage) => {
      const held = house.hold(stage);
      const id = await house.give({ goal: 'Compare three suppliers.' });
      const seq = await held;
      await house.db.inWorkspace(house.scope, (tx) =>
        cancelTask(tx, house.caller, { taskId: id, reason: 'Not needed.' }),
      );
      expect(await house.reaches('tasks', id, ['completed', 'failed', 'cancelled'], 10_000)).toMatchObject({
        status: 'cancelled',
        cancelReason: 'Not needed.',
      });
      await house.isWhole(id);
      await waitFor(() => house.server.journal()[seq - 1]?.outcome === 'client_gone', {
        what: 'the call to be hung up',
      });
      expect(
        await house.rows(
          `SELECT DISTINCT t.status FROM tasks t WHERE root_id = $1 AND t.status NOT IN ('completed', 'cancelled')`,
          id,
        ),
      ).toEqual([]);
    },
  );

  test('from Temporal’s side: the record says that operations did it', async () => {
    const held = house.hold(isStep('Gather the facts'));
    const id = await house.give({ goal: 'Compare three suppliers.' });
    await held;
    await house.client.workflow.getHandle(`task/${id}`).cancel();
    expect(await house.reaches('tasks', id, ['completed', 'failed', 'cancelled'], 10_000)).toMatchObject({
      status: 'cancelled',
      cancelReason: 'Cancelled by operations in Temporal.',
    });
    await house.isWhole(id);
    expect(await house.client.workflow.getHandle(`task/${id}`).result()).toBe('cancelled');
  });
});
