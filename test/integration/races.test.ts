import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JobInput, Look, Standing } from '../../src/contracts/corridor.ts';
import { retryTask } from '../../src/commands/retry-task.ts';
import type { Activities } from '../../workers/activities.ts';
import { isPlan, isStep, openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import { waitFor } from '../support/wait-for.ts';

type Do<Input> = (input: Input) => Promise<Standing>;

let house: ScriptedHouse;
/** What stands between Temporal and an activity; the usual when null. */
let onCall: ((input: JobInput, original: Do<JobInput>) => Promise<Standing>) | null = null;
let onLook: ((look: Look, original: Do<Look>) => Promise<Standing>) | null = null;

function wrap(activities: Activities): Activities {
  const { callModel } = activities.models as { callModel: Do<JobInput> };
  const looks = activities.orchestrate as { standTask: Do<Look> };
  return {
    ...activities,
    models: {
      ...activities.models,
      callModel: (input: JobInput) => (onCall ? onCall(input, callModel) : callModel(input)),
    },
    orchestrate: {
      ...looks,
      standTask: (look: Look) => (onLook ? onLook(look, looks.standTask) : looks.standTask(look)),
    },
  };
}

beforeAll(async () => {
  house = await openScriptedHouse({ wrap });
}, 60_000);

const callsOf = (key: string) => house.server.journal().filter((entry) => entry.callKey === key);

async function ends(id: string, status = 'completed'): Promise<Record<string, unknown>> {
  const task = await house.reaches('tasks', id, ['completed', 'failed', 'cancelled']);
  expect(task).toMatchObject({ status });
  await house.isWhole(id);
  return task;
}

async function scheduled(target: string, kind: string): Promise<number> {
  const { events } = await house.client.workflow.getHandle(target).fetchHistory();
  return (events ?? []).filter(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === kind,
  ).length;
}

describe('races', () => {
  test('an answer that is lost after its commit: the task goes on, the call is paid once', async () => {
    const lost = new Set<string>();
    onCall = async (input, original) => {
      const standing = await original(input);
      if (lost.has(input.key)) return standing;
      lost.add(input.key);
      throw new Error('the line broke');
    };
    const id = await house.give({ goal: 'Compare.' });
    await ends(id);
    onCall = null;
    const calls = await house.rows('SELECT DISTINCT call_key FROM ledger WHERE root_task_id = $1', id);
    expect(lost.size).toBe(calls.length);
    for (const key of lost) expect(callsOf(key)).toHaveLength(1);
  });

  test('an older state that comes after a newer one is ignored: nothing is started again', async () => {
    let first: Standing | null = null;
    let served = 0;
    onLook = async (look, original) => {
      const standing = await original(look);
      if (!first && standing.start.length > 0) first = standing;
      if (first && standing.version > first.version && served === 0 && !standing.end) {
        served += 1;
        return first;
      }
      return standing;
    };
    const held = house.hold(isStep('Gather the facts'));
    const id = await house.give({ goal: 'Compare.', title: 'Stale' });
    await held;
    await house.client.workflow.getHandle(`task/${id}`).signal('changed');
    await waitFor(() => served === 1, { what: 'the stale answer' });
    await house.db.inWorkspace(house.scope, (tx) =>
      tx.sql(`UPDATE tasks SET title = title WHERE id = $1`, [id]),
    );
    expect(await scheduled(`task/${id}`, 'callModel')).toBe(1);
    onLook = null;
    const [step] = await house.rows<{ id: string }>(`SELECT id FROM tasks WHERE parent_id = $1`, id);
    await house.client.workflow.getHandle(`task/${step?.id}`).terminate('go on');
    await house.db.inWorkspace(house.scope, async (tx) =>
      tx.wake({ target: `task/${step?.id}`, label: 'again', rootTaskId: id }),
    );
    await ends(id);
    expect(callsOf(`${id}/1/1/1`)).toHaveLength(1);
  });

  test('a change between the last look and the end is looked at before the workflow ends', async () => {
    let looksAfterEnd = 0;
    onLook = async (look, original) => {
      const standing = await original(look);
      if (standing.end && standing.details.includes('Between')) {
        looksAfterEnd += 1;
        if (looksAfterEnd === 1) await house.client.workflow.getHandle(`task/${look.id}`).signal('changed');
      }
      return standing;
    };
    const id = await house.give({
      goal: 'Compare.',
      title: 'Between',
      requires: [{ name: 'writing', level: 1 }],
    });
    await ends(id);
    // A task's last answer comes with its last call; one more look is asked for here.
    await house.db.inWorkspace(house.scope, async (tx) =>
      tx.wake({ target: `task/${id}`, label: 'Between', rootTaskId: id }),
    );
    await waitFor(() => looksAfterEnd >= 2, { what: 'the second look' });
    onLook = null;
    expect(await house.client.workflow.getHandle(`task/${id}`).result()).toBe('completed');
  });

  test('what operations cancel and a person tries again before its workflow has ended goes on', async () => {
    const id = await house.give({ goal: 'Fly.', requires: [{ name: 'flying', level: 1 }] });
    await house.reaches('tasks', id, ['waiting']);
    let looksAfterRetry = 0;
    onLook = async (look, original) => {
      const standing = await original(look);
      if (look.id !== id) return standing;
      if (standing.end === 'cancelled' && looksAfterRetry === 0) {
        await house.db.inWorkspace(house.scope, (tx) => retryTask(tx, house.caller, { taskId: id }));
        await house.client.workflow.getHandle(`task/${id}`).signal('changed');
      }
      if (standing.end || looksAfterRetry > 0) looksAfterRetry += 1;
      return standing;
    };
    await house.client.workflow.getHandle(`task/${id}`).cancel();
    await waitFor(() => looksAfterRetry >= 2, { what: 'a look after the retry' });
    onLook = null;
    expect((await house.rows('SELECT status FROM tasks WHERE id = $1', id))[0]).toEqual({
      status: 'waiting',
    });
  });

  test('a wake of something that has ended starts an execution that looks and ends', async () => {
    const id = await house.give({ goal: 'Compare.', requires: [{ name: 'writing', level: 1 }] });
    await ends(id);
    const handle = house.client.workflow.getHandle(`task/${id}`);
    await handle.result();
    const before = (await handle.describe()).runId;
    await house.db.inWorkspace(house.scope, async (tx) =>
      tx.wake({ target: `task/${id}`, label: 'again', rootTaskId: id }),
    );
    await waitFor(async () => (await handle.describe()).runId !== before, { what: 'another execution' });
    expect(await handle.result()).toBe('completed');
    await house.isWhole(id);
  });

  test('many changes while everything goes on start nothing twice', async () => {
    const id = await house.give({ goal: 'Compare.' });
    const handle = house.client.workflow.getHandle(`task/${id}`);
    await waitFor(() => handle.describe(), { what: 'the start' });
    let flooding = true;
    const flood = (async () => {
      while (flooding) await handle.signal('changed').catch(() => (flooding = false));
    })();
    await ends(id);
    flooding = false;
    await flood;
    const twice = await house.rows(
      `SELECT task_id FROM steps s JOIN tasks t ON t.run_id = s.run_id AND t.step_key = s.key WHERE t.root_id = $1 GROUP BY 1 HAVING count(DISTINCT t.id) > 1`,
      id,
    );
    expect(twice).toEqual([]);
  });

  test('two steps that end at the same time: the next one starts once', async () => {
    const waiting: (() => void)[] = [];
    onCall = async (input, original) => {
      const standing = await original(input);
      const [row] = await house.rows<{ stepKey: string }>(
        'SELECT step_key FROM tasks WHERE id = $1',
        input.id,
      );
      if (row?.stepKey !== 's2' && row?.stepKey !== 's3') return standing;
      await new Promise<void>(
        (go) => (waiting.push(go), waiting.length === 2 && waiting.forEach((each) => each())),
      );
      return standing;
    };
    const id = await house.give({ goal: 'Compare.' });
    const task = await ends(id);
    onCall = null;
    const started = await house.rows(
      `SELECT data->>'key' AS key FROM events WHERE stream = $1 AND type = 'step.started' ORDER BY 1`,
      `run/${task.planRunId}`,
    );
    expect(started.map((row) => row.key)).toEqual(['s1', 's2', 's3', 's4']);
  });

  test('workers that go away in the middle of a call: others take it over', async () => {
    const held = house.hold(isPlan);
    const id = await house.give({ goal: 'Compare.' });
    await held;
    await house.employ(house.models);
    await ends(id);
    expect(callsOf(`${id}/1/1/1`).map((entry) => entry.outcome)).toEqual(['client_gone', 'served']);
  });
});
