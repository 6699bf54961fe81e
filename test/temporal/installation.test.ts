import { beforeAll, expect, test } from '@jest/globals';
import { takeLease } from '../../src/db/installation-store.ts';
import { joinInstallation } from '../../src/temporal/installation.ts';
import { type TestTemporal, testTemporal } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';
import { addTask, logger, openRecord, type Record } from './support.ts';

let here: TestTemporal;
let there: TestTemporal;
let record: Record;
beforeAll(async () => {
  [here, there] = [await testTemporal(), await testTemporal()];
  record = await openRecord();
});

const join = (temporal: TestTemporal, owner: string, leaseMs = 200) =>
  joinInstallation({
    db: record.db,
    client: temporal.client,
    address: temporal.address,
    owner,
    logger,
    leaseMs,
  });
const outbox = () =>
  record.db.acrossWorkspaces<{ target: string }>('SELECT target FROM outbox ORDER BY target');
const repairs = () =>
  record.db.acrossWorkspaces<{ stream: string }>(
    `SELECT stream FROM events WHERE type = 'repair.made' ORDER BY stream`,
  );

test('a database belongs to the namespace that it met first, and a restart there changes nothing', async () => {
  await addTask(record);
  for (const owner of ['one', 'two']) {
    const installation = await join(here, owner);
    expect(installation.woken).toBe(0);
    await installation.leave();
  }
  expect(await outbox()).toEqual([]);
});

test('another namespace is refused while a dispatcher of the old one is alive', async () => {
  const alive = await join(here, 'alive');
  await expect(join(there, 'newcomer')).rejects.toMatchObject({ code: 'conflict' });
  expect(await outbox()).toEqual([]);
  await alive.leave();
});

test('a killed dispatcher’s lease runs out; then everything unfinished is woken in the new namespace', async () => {
  await takeLease(record.db, { name: 'dispatcher/killed', owner: 'killed', ms: 300 });
  const more = await addTask(record, { status: 'waiting' });
  await addTask(record, { status: 'completed' });
  const installation = await join(there, 'mover');
  expect(installation.woken).toBe(2);
  const targets = (await outbox()).map(({ target }) => target);
  expect(targets).toHaveLength(2);
  expect(targets).toContain(`task/${more}`);
  expect((await repairs()).map(({ stream }) => stream)).toEqual(targets);
  const again = await join(there, 'second');
  expect(again.woken).toBe(0);
  await installation.leave();
  await again.leave();
});

test('a lease is its owner’s until it runs out', async () => {
  const lease = (owner: string, ms = 100) => takeLease(record.db, { name: 'chair', owner, ms });
  expect(await lease('one')).toBe(true);
  expect(await lease('other')).toBe(false);
  expect(await lease('one')).toBe(true);
  await waitFor(() => lease('other'), { what: 'the lease to run out' });
  expect(await lease('one')).toBe(false);
});
