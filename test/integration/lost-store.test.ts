import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { cancelByOperations, failByDispatch } from '../../src/db/standing/operations.ts';
import { startReconciler } from '../../src/temporal/reconciler.ts';
import { closeLater } from '../support/close-later.ts';
import { isStep, openScriptedHouse } from '../support/scripted-house.ts';
import { privateTemporal } from '../support/temporal.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

test('Temporal loses its whole store while work is under way: all that is unfinished is woken from the record and ends, each effect once', async () => {
  const server = await privateTemporal();
  const client = await server.connect();
  const temporal = { address: server.address, namespace: server.namespace, client };
  const house = await openScriptedHouse({ temporal, workers: false });
  await startWorkerProcess(house);
  const reconciler = startReconciler({
    db: house.db,
    client,
    owner: 'lost store',
    logger: pino({ level: 'silent' }),
    cancelByOperations: (target) => cancelByOperations(house.db, target),
    failTarget: (target, message) => failByDispatch(house.db, target, message),
    everyMs: 500,
    graceMs: 0,
  });
  closeLater('the reconciler', () => reconciler.stop());
  const held = house.hold(isStep('Gather the facts'));
  const id = await house.give({ goal: 'Compare three suppliers.' });
  await held;
  const [run] = await house.rows<{ id: string }>('SELECT id FROM runs WHERE task_id = $1', id);

  await server.kill();
  await server.start({ empty: true });
  await house.reaches('tasks', id, ['completed'], 90_000);

  const repairs = await house.rows<{ stream: string; why: string }>(
    `SELECT DISTINCT stream, data->>'why' AS why FROM events WHERE type = 'repair.made' AND stream = ANY ($1) ORDER BY stream`,
    [`task/${id}`, `run/${run?.id}`],
  );
  const why = 'Temporal did not know it any more.';
  expect(repairs).toEqual([
    { stream: `run/${run?.id}`, why },
    { stream: `task/${id}`, why },
  ]);
  expect(reconciler.status().repairs).toMatchObject({ cancelled: 0, failed: 0 });
  expect((await client.workflow.getHandle(`task/${id}`).describe()).status.name).toMatch(/RUNNING|COMPLETED/);
  await house.isWhole(id);
}, 180_000);
