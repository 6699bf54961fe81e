import { beforeAll, expect, test } from '@jest/globals';
import { presentModelCall } from '../../../src/api/usage/present-model-call.ts';
import { ModelCallView } from '../../../src/contracts/task-views.ts';
import { readModelCall } from '../../../src/db/model-call-reads.ts';
import { type Desk, openDesk, paid, reserved } from './support.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk(18);
});

async function opened(key: string) {
  const [effect] = await desk.rows<{ id: string }>('SELECT id FROM effects WHERE key = $1', key);
  const found = await desk.inside((tx) => readModelCall(tx, effect?.id ?? ''));
  if (!found) throw new Error('There is no such call.');
  return ModelCallView.parse(presentModelCall(found));
}

test('a model call opens to what was sent, kept and left out, the route, the price and the waste', async () => {
  await desk.hire('reading');
  const taskId = await desk.give('reading');
  const [job] = (await desk.look(taskId)).start;
  const key = job?.key ?? '';
  const claim = await desk.claim(taskId, key);
  if (!('claimed' in claim)) throw new Error('It was not claimed.');
  const broke = { code: 'model_failed', message: 'The line broke.' };
  await desk.settle(taskId, key, {
    try: 1,
    ledger: { outcome: 'unknown', microUsd: null, latencyMs: 3, error: broke },
    end: { as: 'again', error: broke, outage: null },
  });
  await desk.claim(taskId, key);
  await desk.settle(taskId, key, { try: 2, ledger: { ...paid, reported: true } });
  const call = await opened(key);
  const { body, request } = claim.claimed;
  expect(call.messages).toEqual(body?.messages.map(({ role, ...content }) => ({ role, content })));
  expect(call.request).toMatchObject({ model: 'big', provider: 'cloud', ...body?.frame });
  expect(call).toMatchObject({
    intact: true,
    reply: { text: 'Done.' },
    route: { reason: request.reason },
    packing: { reported: 10, left: [], kept: [{ id: 'system' }, { id: 'entry 1' }] },
    price: null,
    waste: { tries: 1, usd: reserved / 1e6 },
    tries: [
      { try: 1, outcome: 'unknown' },
      { try: 2, outcome: 'ok' },
    ],
  });
});

test('a call whose record was changed says so', async () => {
  await desk.hire('doubting');
  const taskId = await desk.give('doubting');
  const [job] = (await desk.look(taskId)).start;
  const key = job?.key ?? '';
  await desk.claim(taskId, key);
  expect((await opened(key)).intact).toBe(true);
  await desk.rows(`UPDATE transcript SET hash = 'another' WHERE task_id = $1`, taskId);
  expect((await opened(key)).intact).toBe(false);
});

test('the same text of a frame is kept once, however many calls send it', async () => {
  await desk.hire('repeating', 20);
  const keys: string[] = [];
  for (let n = 0; n < 4; n += 1) {
    const taskId = await desk.give('repeating');
    const key = (await desk.look(taskId)).start[0]?.key ?? '';
    await desk.claim(taskId, key);
    keys.push(key);
  }
  const frames = await desk.rows<{ frame: string }>(
    `SELECT DISTINCT request->>'frame' AS frame FROM effects WHERE key = ANY ($1)`,
    keys,
  );
  expect(frames).toHaveLength(1);
  const kept = await desk.rows('SELECT 1 FROM texts WHERE hash = $1', frames[0]?.frame);
  expect(kept).toHaveLength(1);
});
