import { beforeAll, describe, expect, test } from '@jest/globals';
import { cancelRun } from '../../src/commands/cancel-run.ts';
import { sendMessage } from '../../src/commands/send-message.ts';
import { SendMessage } from '../../src/contracts/message.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import { privateTemporal } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';

/** A server that asks for a new execution after a few dozen events, so that it happens again and again. */
let house: ScriptedHouse;
beforeAll(async () => {
  const temporal = await privateTemporal({ suggestContinueAsNew: 25 });
  const { address, namespace } = temporal;
  house = await openScriptedHouse({ temporal: { address, namespace, client: await temporal.connect() } });
}, 60_000);

const chain = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `s${n}`,
    kind: 'agent',
    dependsOn: n === 0 ? [] : [`s${n - 1}`],
    with: { goal: `Do part ${n}.`, requires: [] },
  }));

const executionsOf = async (target: string) => {
  let count = 0;
  await waitFor(
    async () => {
      const { count: now } = await house.client.workflow.count(`WorkflowId = '${target}'`);
      count = now;
      return now > 1;
    },
    { what: `${target} to continue as new` },
  );
  return count;
};

const isWholeRun = async (runId: string, steps: number) => {
  const tasks = await house.rows<{ stepKey: string; attempt: number; n: number }>(
    `SELECT t.step_key, t.attempt, (SELECT count(*)::int FROM ledger l WHERE l.task_id = t.id) AS n FROM tasks t WHERE t.run_id = $1`,
    runId,
  );
  expect(tasks).toHaveLength(steps);
  for (const task of tasks) expect(task).toMatchObject({ attempt: 1, n: 1 });
};

describe('an execution whose history grows long goes on in a new one', () => {
  test('a run: every step once, whatever is signalled meanwhile', async () => {
    const id = await house.run({ name: 'Long', steps: chain(12), output: 'done' });
    let pushing = true;
    const push = async () => {
      while (pushing) {
        await house.db.inWorkspace(house.scope, async (tx) =>
          tx.wake({ target: `run/${id}`, label: 'Push' }),
        );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const pushed = push();
    await house.reaches('runs', id, ['completed'], 60_000).finally(() => (pushing = false));
    await pushed;
    await isWholeRun(id, 12);
    expect(await executionsOf(`run/${id}`)).toBeGreaterThan(1);
  }, 90_000);

  test('a task: its turns go on, and a message that comes meanwhile is read once', async () => {
    const shown: boolean[] = [];
    house.answer((call) => {
      if (!call.text.includes('Look ten times')) return null;
      shown.push(call.text.includes('The year is 2024.'));
      const turn = shown.length;
      return turn > 10
        ? { text: 'Looked.' }
        : { toolCalls: [{ name: 'search_files', arguments: { query: `part ${turn}` } }], delayMs: 50 };
    });
    const id = await house.give({ goal: 'Look ten times.', requires: [{ name: 'writing', level: 1 }] });
    await waitFor(() => shown.length >= 4, { what: 'the fourth turn', timeoutMs: 30_000 });
    const message = SendMessage.parse({ to: { kind: 'task', id }, content: { text: 'The year is 2024.' } });
    await house.db.inWorkspace(house.scope, (tx) => sendMessage(tx, house.caller, message));
    await house.reaches('tasks', id, ['completed'], 60_000);
    expect(shown.at(-1)).toBe(true);
    const read = await house.rows<{ state: string }>(`SELECT state FROM messages WHERE to_id = $1`, id);
    expect(read).toHaveLength(1);
    expect(['read', 'acknowledged']).toContain(read[0]?.state);
    expect(await executionsOf(`task/${id}`)).toBeGreaterThan(1);
    await house.isWhole(id);
    house.answer(() => null);
  }, 90_000);

  test('a cancel after it reaches the steps at work', async () => {
    const held = house.hold((call) => call.text.includes('Do part 7.'));
    const id = await house.run({ name: 'Held', steps: chain(10), output: 'done' });
    await held;
    expect(await executionsOf(`run/${id}`)).toBeGreaterThan(1);
    await house.db.inWorkspace(house.scope, (tx) => cancelRun(tx, house.caller, { runId: id }));
    await house.reaches('runs', id, ['cancelled']);
  }, 90_000);
});
