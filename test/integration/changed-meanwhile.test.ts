import { beforeAll, expect, test } from '@jest/globals';
import { setModel } from '../../src/commands/set-model.ts';
import { updateWorkflow } from '../../src/commands/update-workflow.ts';
import type { Tx } from '../../src/db/record.ts';
import { isStep, openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import type { Answer } from '../support/scripted-model-server/script.ts';

/** What is changed while work is under way counts for what begins after it. */
let house: ScriptedHouse;
beforeAll(async () => {
  house = await openScriptedHouse();
}, 60_000);

const desk = <Result>(work: (tx: Tx) => Promise<Result>) => house.db.inWorkspace(house.scope, work);
const step = (id: string, goal: string, dependsOn: string[] = []) => ({
  id,
  kind: 'agent',
  dependsOn,
  with: { goal, requires: [] },
});
const first = { name: 'As it was', steps: [step('a', 'Do it first'), step('b', 'Do it the old way', ['a'])] };

test('a workflow that is changed while a run is at work changes nothing in it; a run that is started then has the change', async () => {
  const slow: Answer = { text: 'Done.', delayMs: 1500 };
  house.answer((call) => (isStep('Do it first')(call) ? slow : null));
  const old = await house.run(first);
  await house.reaches('runs', old, ['running']);
  const [run] = await house.rows<{ workflowId: string }>('SELECT workflow_id FROM runs WHERE id = $1', old);
  const changed = {
    name: 'As it is',
    steps: [step('a', 'Do it first'), step('c', 'Do it the new way', ['a'])],
  };
  await desk((tx) =>
    updateWorkflow(tx, house.caller, {
      workflowId: run?.workflowId ?? '',
      ifMatch: null,
      source: changed,
      tools: [],
    }),
  );
  await house.reaches('runs', old, ['completed']);
  const fresh = await house.run(changed);
  await house.reaches('runs', fresh, ['completed']);
  const stepsOf = async (id: string) =>
    (await house.rows<{ key: string }>('SELECT key FROM steps WHERE run_id = $1 ORDER BY key', id)).map(
      ({ key }) => key,
    );
  expect([await stepsOf(old), await stepsOf(fresh)]).toEqual([
    ['a', 'b'],
    ['a', 'c'],
  ]);
});

test('a row of the ledger keeps the price at which it was paid, whatever the model costs later', async () => {
  const give = async () => {
    const id = await house.give({ goal: 'Say yes.', requires: [{ name: 'research', level: 1 }] });
    await house.reaches('tasks', id, ['completed']);
    return house.rows<{ model: string; microUsd: number; price: object }>(
      `SELECT model, micro_usd::float8 AS micro_usd, price FROM ledger WHERE task_id = $1 AND outcome = 'ok' ORDER BY started_at`,
      id,
    );
  };
  const rowsOf = (ids: string[]) =>
    house.rows('SELECT id, micro_usd::text, price FROM ledger WHERE id = ANY ($1) ORDER BY id', ids);
  const [before] = await give();
  const ids = (await house.rows<{ id: string }>('SELECT id FROM ledger')).map(({ id }) => id);
  const kept = await rowsOf(ids);
  const entry = { prices: [{ from: '2026-01-01', inputPerMTok: 40, outputPerMTok: 400 }] };
  await desk((tx) =>
    setModel(tx, house.caller, { provider: 'openai', model: before?.model ?? '', entry: entry as never }),
  );
  const [after] = await give();
  expect(after?.model).toBe(before?.model);
  expect(after?.microUsd ?? 0).toBeGreaterThan((before?.microUsd ?? 0) * 5);
  expect(after?.price).not.toEqual(before?.price);
  expect(await rowsOf(ids)).toEqual(kept);
});
