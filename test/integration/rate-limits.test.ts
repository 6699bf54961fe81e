import { beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '../support/wait-for.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

let house: ScriptedHouse;
beforeAll(async () => {
  house = await openScriptedHouse();
  await house.hire({ name: 'Pia', capability: 'patience' });
}, 60_000);

const ask = (goal: string) => house.give({ goal, requires: [{ name: 'patience', level: 1 }] });
const ends = async (id: string) => {
  expect(await house.reaches('tasks', id, ['completed', 'failed'])).toMatchObject({ status: 'completed' });
  await house.isWhole(id);
};

describe('a provider that names its limits', () => {
  test('is not asked beyond them: the next call waits in the record, without a slot and without a row, and goes out by itself', async () => {
    house.answer(() => ({
      text: 'Done.',
      headers: {
        'x-ratelimit-limit-requests': '1',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '5s',
      },
    }));
    await ends(await ask('The first.'));
    house.answer(() => ({ text: 'Done.' }));
    const before = house.server.journal().length;
    const id = await ask('The second.');
    const waiting = await house.reaches('tasks', id, ['waiting', 'completed', 'failed']);
    expect(waiting).toMatchObject({
      status: 'waiting',
      waitingFor: 'time',
      holdsSlot: false,
      waitingDetail: expect.stringContaining(
        'The limit of requests a minute of openai/gpt-6.1-sol is used up.',
      ),
    });
    expect(house.server.journal()).toHaveLength(before);
    expect(await house.rows('SELECT 1 FROM ledger WHERE root_task_id = $1', id)).toEqual([]);
    await ends(id);
    expect(house.server.journal()).toHaveLength(before + 1);
  }, 60_000);

  test('with a 429 and a time holds all calls to that model back, not only the one that was refused', async () => {
    let refused = 0;
    house.answer(() =>
      refused++ === 0
        ? { fault: { kind: 'status', status: 429, headers: { 'retry-after': '4' } } }
        : { text: 'Done.' },
    );
    const before = house.server.journal().length;
    const first = await ask('Refused.');
    await house.reaches('tasks', first, ['in_progress', 'waiting', 'completed']);
    await waitFor(() => house.server.journal().at(-1)?.outcome === 'refused', { what: 'the refusal' });
    const second = await ask('Held back.');
    for (const id of [first, second]) await ends(id);
    // One refusal, then one answer each: nobody ran into the same wall again.
    expect(
      house.server
        .journal()
        .slice(before)
        .map(({ outcome }) => outcome),
    ).toEqual(['refused', 'served', 'served']);
  }, 60_000);
});
