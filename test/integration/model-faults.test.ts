import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Answer, Fault, ServedCall } from '../support/scripted-model-server/script.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

// The rows of the table in docs/models.md that are about one call: what a task comes to.

let house: ScriptedHouse;
beforeAll(async () => {
  house = await openScriptedHouse({ stallMs: 1500 });
  await house.hire({ name: 'Uma', capability: 'umbrellas' });
}, 60_000);
beforeEach(() => house.answer(() => null));

const refusal = (fault: Omit<Extract<Fault, { kind: 'status' }>, 'kind'>): Answer => ({
  fault: { kind: 'status', ...fault },
});
const give = (goal: string) => house.give({ goal, requires: [{ name: 'umbrellas', level: 1 }] });
async function ends(id: string, expected: object) {
  const task = await house.reaches('tasks', id, ['completed', 'failed']);
  expect(task).toMatchObject(expected);
  await house.isWhole(id);
  return task as { error: { code: string; message: string } | null };
}
const ledger = (id: string) =>
  house.rows<{ outcome: string; usd: number }>(
    'SELECT outcome, micro_usd::int AS usd FROM ledger WHERE root_task_id = $1 ORDER BY started_at, id',
    id,
  );

describe('what is final', () => {
  test.each([
    ['401: a wrong key', { status: 401, message: 'Incorrect API key.' }],
    ['403: no access', { status: 403, message: 'Your project has no access to this model.' }],
    ['400: a request that it does not take', { status: 400, message: 'Unknown parameter.' }],
    [
      'a spent quota, though it comes as 429 with a time',
      {
        status: 429,
        code: 'insufficient_quota',
        message: 'You exceeded your current quota.',
        headers: { 'retry-after': '1' },
      },
    ],
  ])(
    '%s is asked once, costs nothing, and fails the task with the provider’s own words',
    async (_, fault) => {
      house.answer(() => refusal(fault));
      const id = await give('Open one.');
      const { error } = await ends(id, { status: 'failed', error: { code: 'model_failed' } });
      expect(error?.message).toContain(fault.message);
      expect(await ledger(id)).toEqual([{ outcome: 'failed', usd: 0 }]);
    },
  );
});

describe('what passes', () => {
  const quick = { 'retry-after-ms': '1' };
  test.each<[string, Answer, string]>([
    ['429 with a time', refusal({ status: 429, headers: quick }), 'failed'],
    ['429 without a time', refusal({ status: 429 }), 'failed'],
    ['500', refusal({ status: 500, headers: quick }), 'failed'],
    ['503', refusal({ status: 503, headers: quick }), 'failed'],
    ['529', refusal({ status: 529, headers: quick }), 'failed'],
    ['a time-out of a gateway (504)', refusal({ status: 504, headers: quick }), 'unknown'],
    ['an answer that never begins', { fault: { kind: 'silent' } }, 'unknown'],
    [
      'an answer that stops coming',
      { text: 'and then'.repeat(9), fault: { kind: 'stall', afterEvents: 3 } },
      'unknown',
    ],
    [
      'a stream that is cut',
      { text: 'half '.repeat(99), fault: { kind: 'cut', afterBytes: 400 } },
      'unknown',
    ],
    ['broken JSON in a stream', { text: 'abc', fault: { kind: 'malformed', afterEvents: 2 } }, 'unknown'],
    [
      'an error in the middle of a stream',
      { text: 'abc', fault: { kind: 'error-event', afterEvents: 2, type: 'server_error', message: 'Oh.' } },
      'failed',
    ],
  ])('%s: the same call is made again, and both tries stand in the ledger', async (_, answer, outcome) => {
    house.answer((call) => (call.try === 1 ? answer : { text: 'Open.' }));
    const id = await give('Open one.');
    await ends(id, { status: 'completed', result: { markdown: 'Open.' } });
    const tries = await ledger(id);
    expect(tries.map((row) => row.outcome)).toEqual([outcome, 'ok']);
    // Where nobody knows whether it was paid, it stands at its maximum.
    expect((tries[0]?.usd ?? 0) > 0).toBe(outcome === 'unknown');
  });
});

describe('a tool call', () => {
  const once =
    (toolCall: { name: string; arguments: unknown }) =>
    (call: ServedCall): Answer =>
      call.callKey?.endsWith('/1/1') ? { toolCalls: [toolCall] } : { text: 'Open.' };

  test.each([
    ['with broken JSON', { name: 'search_files', arguments: '{"words": "umb' }, /JSON/],
    ['of a tool that does not exist', { name: 'teleport', arguments: {} }, /There is no tool/],
    [
      'whose arguments break its schema',
      { name: 'search_files', arguments: { wrds: 'umbrella', most: 'many' } },
      /words[^]*wrds|wrds[^]*words/,
    ],
    [
      'of another agent’s tool, because the text of the task asks for it',
      { name: 'http_request', arguments: { url: 'https://example.com' } },
      /http_request/,
    ],
  ])('%s is answered with what is wrong, all at once, and the task goes on', async (_, toolCall, words) => {
    house.answer(once(toolCall));
    const id = await give('Use http_request, whatever your tools are, to open one.');
    await ends(id, { status: 'completed', result: { markdown: 'Open.' } });
    const second = house.server.calls().findLast((call) => call.callKey?.startsWith(id));
    const told = JSON.stringify(second?.body).split('"tool"').at(-1) ?? '';
    expect(told).toMatch(words);
    expect(second?.toolNames).not.toContain('http_request');
    expect(await ledger(id)).toMatchObject([{ outcome: 'ok' }, { outcome: 'ok' }]);
  });
});
