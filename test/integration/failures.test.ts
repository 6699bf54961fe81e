import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault, ServedCall } from '../support/scripted-model-server/script.ts';
import { isPlan, isStep, openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

let house: ScriptedHouse;
beforeAll(async () => {
  house = await openScriptedHouse();
}, 60_000);
beforeEach(() => house.answer(() => null));

const status = (code: number, headers?: Record<string, string>): { fault: Fault } => ({
  fault: { kind: 'status', status: code, ...(headers ? { headers } : {}) },
});
const quick = { 'retry-after-ms': '1' };

async function ends(id: string, expected: object): Promise<Record<string, unknown>> {
  const task = await house.reaches('tasks', id, ['completed', 'failed']);
  expect(task).toMatchObject(expected);
  await house.isWhole(id);
  return task;
}

const attempts = (id: string) =>
  house.rows<{ name: string; status: string; code: string | null }>(
    `SELECT g.name, a.status, a.error->>'code' AS code FROM attempts a JOIN agents g ON g.id = a.agent_id WHERE task_id = $1 ORDER BY n`,
    id,
  );
const outcomes = async (id: string) =>
  (
    await house.rows<{ outcome: string }>(
      'SELECT outcome FROM ledger WHERE root_task_id = $1 ORDER BY started_at, id',
      id,
    )
  ).map((row) => row.outcome);
/** Which agent asks stands in the system text. */
const from = (name: string) => (call: ServedCall) => call.system.includes(`You are ${name},`);

describe('a model that fails', () => {
  test('with 429 and a time: is asked again after it, each try is in the ledger', async () => {
    house.answer((call) => (isPlan(call) && (call.try ?? 1) < 3 ? status(429, quick) : null));
    const id = await house.give({ goal: 'Compare.' });
    await ends(id, { status: 'completed' });
    expect((await outcomes(id)).slice(0, 3)).toEqual(['failed', 'failed', 'ok']);
  });

  test('with 500 once: is asked again', async () => {
    house.answer((call) => (isStep('Gather the facts')(call) && call.try === 1 ? status(500) : null));
    await ends(await house.give({ goal: 'Compare.' }), { status: 'completed' });
  });

  test('with a stream that breaks in the middle: the try is unknown at its reserved maximum, the next one counts', async () => {
    house.answer((call) =>
      isPlan(call) && call.try === 1
        ? { text: 'half of it '.repeat(40), fault: { kind: 'cut', afterBytes: 300 } }
        : null,
    );
    const id = await house.give({ goal: 'Compare.' });
    await ends(id, { status: 'completed' });
    const [first] = await house.rows(
      `SELECT outcome, micro_usd = reserved_micro_usd AS most FROM ledger WHERE root_task_id = $1 AND try = 1 ORDER BY started_at LIMIT 1`,
      id,
    );
    expect(first).toEqual({ outcome: 'unknown', most: true });
  });

  test('with 401: is not asked again; the step goes to another agent, and fails with the reason when nobody is left', async () => {
    await house.hire({ name: 'Kim', capability: 'locks' });
    await house.hire({ name: 'Lou', capability: 'locks' });
    house.answer(() => status(401));
    const id = await house.give({ goal: 'Open it.', requires: [{ name: 'locks', level: 1 }] });
    const task = await ends(id, { status: 'failed', error: { code: 'model_failed' } });
    expect((task.error as { message: string }).message).toContain('No other agent is able');
    expect((await attempts(id)).map(({ status: each, code }) => [each, code])).toEqual([
      ['failed', 'model_failed'],
      ['failed', 'model_failed'],
    ]);
    expect(await outcomes(id)).toEqual(['failed', 'failed']);
  });

  test('by calling more tools in one reply than can be open at once: none is called, the reason is said, what it cost is booked', async () => {
    await house.hire({ name: 'Noa', capability: 'haste' });
    const search = { name: 'search_files', arguments: { query: 'all of it' } };
    house.answer(() => ({ toolCalls: Array.from({ length: 201 }, () => search) }));
    const id = await house.give({ goal: 'Hurry.', requires: [{ name: 'haste', level: 1 }] });
    const { error } = await ends(id, { status: 'failed', error: { code: 'too_many_tool_calls' } });
    expect((error as { message: string }).message).toContain('201 tools in one reply; at most 200');
    expect(await outcomes(id)).toEqual(['ok']);
    expect(await house.rows(`SELECT 1 FROM effects WHERE task_id = $1 AND kind = 'tool'`, id)).toEqual([]);
  });

  test('again and again, as all of them do: the task parks without a slot, and ends when one is well', async () => {
    await house.hire({ name: 'Max', capability: 'patience' });
    house.answer(() => status(500, quick));
    const id = await house.give({ goal: 'Wait.', requires: [{ name: 'patience', level: 1 }] });
    const parked = await house.reaches('tasks', id, ['waiting', 'completed', 'failed']);
    expect(parked).toMatchObject({ status: 'waiting', waitingFor: 'outage', holdsSlot: false });
    house.answer(() => null);
    await ends(id, { status: 'completed' });
  });
});

describe('a plan', () => {
  test('that is broken once is repaired with the list of its problems', async () => {
    let broken = 0;
    house.answer((call) =>
      isPlan(call) && broken++ === 0
        ? {
            json: {
              name: 'P',
              description: '',
              inputs: '',
              output: '',
              steps: [{ id: 'a', kind: 'agent', dependsOn: ['nowhere'] }],
            },
          }
        : null,
    );
    const id = await house.give({ goal: 'Compare.' });
    await ends(id, { status: 'completed' });
    const repair = house.server.calls().find((call) => call.callKey === `${id}/1/2/1`);
    expect(repair?.text).toContain('/steps/0');
    expect(
      await house.rows(`SELECT 1 FROM events WHERE stream = $1 AND type = 'plan.rejected'`, `task/${id}`),
    ).toHaveLength(1);
  });

  test('that is broken three times is a typed failure', async () => {
    house.answer((call) => (isPlan(call) ? { text: 'I would rather not.' } : null));
    const id = await house.give({ goal: 'Compare.' });
    await ends(id, { status: 'failed', error: { code: 'invalid_workflow' } });
    expect(await outcomes(id)).toEqual(['ok', 'ok', 'ok']);
  });
});

describe('an output schema', () => {
  const step = {
    id: 'price',
    kind: 'agent',
    with: {
      goal: 'Name the price.',
      requires: [{ capability: 'pricing', level: 1 }],
      outputSchema: { type: 'object', required: ['price'], properties: { price: { type: 'number' } } },
    },
  };

  test('that is broken once is repaired; twice, and another agent does it, who sees what was done', async () => {
    await house.hire({ name: 'Ann', capability: 'pricing' });
    await house.hire({ name: 'Ben', capability: 'pricing' });
    let first = '';
    house.answer((call) => {
      if (!call.text.includes('Name the price.')) return null;
      first ||= from('Ann')(call) ? 'Ann' : 'Ben';
      return from(first)(call) ? { json: { price: 'rather cheap' } } : { json: { price: 3 } };
    });
    const runId = await house.run({ name: 'Price', steps: [step] });
    expect(await house.reaches('runs', runId, ['completed', 'failed'])).toMatchObject({
      status: 'completed',
      output: { price: { price: 3 } },
    });
    const [task] = await house.rows<{ id: string }>('SELECT id FROM tasks WHERE run_id = $1', runId);
    expect((await attempts(task?.id ?? '')).map(({ status: each, code }) => [each, code])).toEqual([
      ['failed', 'invalid_output'],
      ['completed', null],
    ]);
    const last = house.server.calls().at(-1);
    expect(last?.text).toContain(`attempt of ${first}, which failed`);
    expect(last?.text).toContain('rather cheap');
    const repaired = house.server.calls().find((call) => call.callKey === `${task?.id}/1/2/1`);
    expect(repaired?.text).toContain('/price');
  });
});

describe('an agent', () => {
  test('that nobody is: waited for, until such an agent is created', async () => {
    house.answer((call) => (from('Icarus')(call) ? { text: 'Flown.' } : null));
    const id = await house.give({ goal: 'Fly.', requires: [{ name: 'flying', level: 3 }] });
    const row = await house.reaches('tasks', id, ['waiting']);
    expect(row).toMatchObject({
      waitingFor: 'capacity',
      waitingDetail: 'No Master Operator has flying at level 3. Create such an agent.',
    });
    await house.hire({ name: 'Icarus', capability: 'flying' });
    await ends(id, { status: 'completed' });
  });

  test('that is busy is waited for, without a slot; everybody gets a turn', async () => {
    const agentId = await house.hire({ name: 'Zoe', capability: 'queueing', maxConcurrent: 1 });
    house.answer((call) => (from('Zoe')(call) ? { text: 'Done.', delayMs: 150 } : null));
    const ids = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        house.give({ goal: `Queue ${n}.`, requires: [{ name: 'queueing', level: 1 }] }),
      ),
    );
    for (const id of ids) await ends(id, { status: 'completed' });
    const waited = await house.rows(
      `SELECT DISTINCT stream FROM events WHERE type = 'task.waiting' AND data->>'for' = 'capacity' AND root_task_id = ANY($1)`,
      ids,
    );
    expect(waited.length).toBeGreaterThanOrEqual(3);
    expect(await house.rows('SELECT active, succeeded FROM agents WHERE id = $1', agentId)).toEqual([
      { active: 0, succeeded: 4 },
    ]);
  });

  test('that may use tools gets their answers, also the refusals', async () => {
    house.answer((call) => {
      if (!call.text.includes('Look it up.')) return null;
      const answered = call.text.includes('There is no tool');
      return answered
        ? { text: 'Looked up.' }
        : {
            toolCalls: [
              { name: 'search_files', arguments: { words: 'price' } },
              { name: 'teleport', arguments: {} },
            ],
          };
    });
    const id = await house.give({ goal: 'Look it up.', requires: [{ name: 'writing', level: 1 }] });
    await ends(id, { status: 'completed', result: { markdown: 'Looked up.' } });
    expect(
      await house.rows(
        `SELECT data->>'tool' AS tool FROM events WHERE stream = $1 AND type = 'tool.called' ORDER BY 1`,
        `task/${id}`,
      ),
    ).toEqual([{ tool: 'search_files' }, { tool: 'teleport' }]);
  });
});

describe('when no model is fit', () => {
  test('a task waits for one, holds no slot, and goes on when one is there', async () => {
    await house.employ({ ...house.models, openai: undefined } as typeof house.models);
    const id = await house.give({ goal: 'Compare.' });
    expect(await house.reaches('tasks', id, ['waiting', 'failed'])).toMatchObject({
      status: 'waiting',
      waitingFor: 'model',
      holdsSlot: false,
    });
    await house.employ(house.models);
    await house.db.inWorkspace(house.scope, async (tx) =>
      tx.wake({ target: `task/${id}`, label: 'a key came', rootTaskId: id }),
    );
    const task = await ends(id, { status: 'completed' });
    expect(task.startedAt).not.toBeNull();
    expect(
      await house.rows(
        `SELECT type FROM events WHERE stream = $1 AND type IN ('task.resumed', 'task.started') ORDER BY seq LIMIT 2`,
        `task/${id}`,
      ),
    ).toEqual([{ type: 'task.resumed' }, { type: 'task.started' }]);
  });
});
