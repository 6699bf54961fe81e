import { beforeAll, describe, expect, test } from '@jest/globals';
import { cancelTask } from '../../../src/commands/cancel-task.ts';
import { loadEffect } from '../../../src/db/effect-store.ts';
import { lockTask } from '../../../src/db/task-store.ts';
import { postgresVersions } from '../../support/database.ts';
import { type Desk, openDesk, paid, reserved } from './support.ts';

describe.each(postgresVersions)('claim, then settle, on PostgreSQL %i', (version) => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(version);
    await desk.hire('writing-well');
  }, 60_000);

  /** A task whose first call is planned. */
  async function begun(): Promise<{ taskId: string; key: string }> {
    const taskId = await desk.give('writing-well');
    const { start } = await desk.look(taskId);
    return { taskId, key: start[0]?.key ?? '' };
  }

  const ledger = (key: string) =>
    desk.rows<{ try: number; outcome: string; microUsd: number }>(
      'SELECT try, outcome, micro_usd FROM ledger WHERE call_key = $1 ORDER BY try',
      key,
    );
  const status = async (taskId: string) =>
    (await desk.rows<{ status: string }>('SELECT status FROM tasks WHERE id = $1', taskId))[0]?.status;

  test('a call is claimed with the most that it can cost, settled with what it cost, and ends the task in the same transaction', async () => {
    const { taskId, key } = await begun();
    expect(await desk.claim(taskId, key)).toMatchObject({ claimed: { key, try: 1, purpose: 'work' } });
    expect(await ledger(key)).toMatchObject([{ outcome: 'open' }]);
    expect(await desk.settle(taskId, key, { try: 1 })).toMatchObject({ end: 'completed', start: [] });
    expect(await ledger(key)).toEqual([{ try: 1, outcome: 'ok', microUsd: 700 }]);
  });

  test('a claim without an outcome is tried again; the lost try is booked unknown at its reserved maximum', async () => {
    const { taskId, key } = await begun();
    await desk.claim(taskId, key);
    expect(await desk.claim(taskId, key)).toMatchObject({ claimed: { try: 2 } });
    expect(await ledger(key)).toMatchObject([
      { try: 1, outcome: 'unknown', microUsd: reserved },
      { try: 2, outcome: 'open' },
    ]);
  });

  test('the same call is asked again: request and messages of the second try are those of the first', async () => {
    const { taskId, key } = await begun();
    const [first, second] = [await desk.claim(taskId, key), await desk.claim(taskId, key)];
    const told = (claim: typeof first) =>
      'claimed' in claim ? { request: claim.claimed.request, messages: claim.claimed.body?.messages } : null;
    expect(told(second)).toEqual(told(first));
    expect(told(first)?.messages).toHaveLength(1);
  });

  test('a stored answer is never paid for again', async () => {
    const { taskId, key } = await begun();
    await desk.claim(taskId, key);
    await desk.settle(taskId, key, { try: 1 });
    expect(await desk.claim(taskId, key)).toMatchObject({ over: { end: 'completed' } });
    expect(await ledger(key)).toHaveLength(1);
  });

  test('settling twice, because the first answer was lost on its way, changes nothing and says it once', async () => {
    const { taskId, key } = await begun();
    await desk.claim(taskId, key);
    const [first, second] = [
      await desk.settle(taskId, key, { try: 1 }),
      await desk.settle(taskId, key, { try: 1 }),
    ];
    expect(second).toMatchObject({ version: first.version, end: 'completed', start: [] });
    const called = await desk.rows(
      `SELECT 1 FROM events WHERE stream = $1 AND type = 'model.called'`,
      `task/${taskId}`,
    );
    expect(called).toHaveLength(1);
  });

  test('the late answer of a try that was given up is booked, and changes nothing else', async () => {
    const { taskId, key } = await begun();
    await desk.claim(taskId, key);
    await desk.claim(taskId, key);
    expect(await desk.settle(taskId, key, { try: 1 })).toMatchObject({ end: null, start: [{ key }] });
    expect(await ledger(key)).toMatchObject([
      { try: 1, outcome: 'ok', microUsd: 700 },
      { try: 2, outcome: 'open' },
    ]);
    expect(await status(taskId)).toBe('in_progress');
    expect(await desk.settle(taskId, key, { try: 2 })).toMatchObject({ end: 'completed' });
  });

  test('after a cancel nothing is claimed any more', async () => {
    const { taskId, key } = await begun();
    await desk.inside((tx) => cancelTask(tx, desk.caller, { taskId }));
    expect(await desk.claim(taskId, key)).toMatchObject({ over: { end: 'cancelled' } });
    expect(await ledger(key)).toEqual([]);
  });

  test('a cancel while a call is open waits for it; what it brought is booked, the task is cancelled', async () => {
    const { taskId, key } = await begun();
    await desk.claim(taskId, key);
    await desk.inside((tx) => cancelTask(tx, desk.caller, { taskId }));
    expect(await desk.look(taskId)).toMatchObject({ start: [], cancel: [key], end: null });
    const aborted = { ...paid, outcome: 'aborted' as const, microUsd: null };
    expect(await desk.settle(taskId, key, { try: 1, ledger: aborted, end: { as: 'stopped' } })).toMatchObject(
      { end: 'cancelled' },
    );
    expect(await ledger(key)).toMatchObject([{ outcome: 'aborted', microUsd: reserved }]);
  });

  test('what had been written of a call when its task was cancelled stays in the transcript, marked', async () => {
    const { taskId, key } = await begun();
    await desk.claim(taskId, key);
    const aborted = { ...paid, outcome: 'aborted' as const, microUsd: null };
    // Its worker goes away: the call will be made anew, and nothing of it counts.
    await desk.settle(taskId, key, { try: 1, ledger: aborted, end: { as: 'stopped', text: 'First' } });
    await desk.claim(taskId, key);
    await desk.inside((tx) => cancelTask(tx, desk.caller, { taskId }));
    await desk.settle(taskId, key, { try: 2, ledger: aborted, end: { as: 'stopped', text: 'Half a sen' } });
    const written = await desk.inside((tx) =>
      tx.sql(`SELECT content FROM transcript WHERE task_id = $1 AND role = 'assistant'`, [taskId]),
    );
    expect(written).toEqual([{ content: { text: 'Half a sen', toolCalls: [], stopped: true } }]);
    const call = await desk.inside((tx) => loadEffect(tx, key));
    expect(call).toMatchObject({ status: 'abandoned', outcome: { text: 'Half a sen', stop: 'stopped' } });
  });

  test('so does what was seen of it, when its worker is gone and cannot say what it had written', async () => {
    const stops = async (cancelled: boolean) => {
      const { taskId, key } = await begun();
      const claim = await desk.claim(taskId, key);
      if (cancelled) await desk.inside((tx) => cancelTask(tx, desk.caller, { taskId }));
      const callId = 'claimed' in claim ? claim.claimed.callId : '';
      const written = [
        { callId: 'another', text: 'Something else' },
        { callId, text: 'Half a sen' },
      ];
      const stands = await desk.tasks.standTask(desk.asker, { taskId, lost: [key], written });
      const lines = await desk.rows(
        `SELECT content FROM transcript WHERE task_id = $1 AND role = 'assistant'`,
        taskId,
      );
      return [stands.end, lines];
    };
    expect(await stops(true)).toEqual([
      'cancelled',
      [{ content: { text: 'Half a sen', toolCalls: [], stopped: true } }],
    ]);
    const [, lines] = await stops(false);
    expect(lines).toEqual([]);
  });

  test('an answer with characters that PostgreSQL cannot keep is kept without them', async () => {
    const { taskId, key } = await begun();
    await desk.claim(taskId, key);
    const odd = { text: 'a\0b\ud800', toolCalls: [], stop: 'end' };
    const end = { as: 'settled' as const, outcome: odd, said: { text: odd.text, toolCalls: [] } };
    expect(await desk.settle(taskId, key, { try: 1, end })).toMatchObject({ end: 'completed' });
    expect((await desk.inside((tx) => loadEffect(tx, key)))?.outcome).toMatchObject({ text: 'ab\ufffd' });
  });

  test('a cancelled task whose call was lost with its worker ends as soon as the loss is reported', async () => {
    const { taskId, key } = await begun();
    await desk.claim(taskId, key);
    await desk.inside((tx) => cancelTask(tx, desk.caller, { taskId }));
    expect(await desk.look(taskId, [key])).toMatchObject({ end: 'cancelled' });
    expect(await ledger(key)).toMatchObject([{ outcome: 'unknown', microUsd: reserved }]);
  });

  describe('many at the same moment', () => {
    const many = 12;
    const purse = () =>
      desk.rows<{ spent: number; reserved: number }>(
        `SELECT spent_micro_usd AS spent, reserved_micro_usd AS reserved FROM budgets WHERE scope = 'workspace'`,
      );
    /** In how many transactions the rows of these calls were last written. */
    const transactions = async (keys: string[]) =>
      (
        await desk.rows<{ n: number }>(
          'SELECT count(DISTINCT xmin::text)::int AS n FROM ledger WHERE call_key = ANY ($1)',
          keys,
        )
      )[0]?.n ?? 0;
    const begunBy = async (capability: string, count: number) => {
      const calls: { taskId: string; key: string }[] = [];
      for (let n = 0; n < count; n += 1) {
        const taskId = await desk.give(capability);
        calls.push({ taskId, key: (await desk.look(taskId)).start[0]?.key ?? '' });
      }
      return calls;
    };

    test('share transactions, and each has one row, its answer, its events, its money and its slot', async () => {
      const agentId = await desk.hire('sharing', many);
      const [before] = await purse();
      let [rounds, shared] = [0, false];
      // A group that finds somebody in its way does each alone: then once more.
      for (; !shared && rounds < 5; rounds += 1) {
        const calls = await begunBy('sharing', many);
        const keys = calls.map(({ key }) => key);
        const claims = await Promise.all(calls.map(({ taskId, key }) => desk.claim(taskId, key)));
        expect(claims.map((claim) => 'claimed' in claim && [claim.claimed.key, claim.claimed.try])).toEqual(
          keys.map((key) => [key, 1]),
        );
        const claimedIn = await transactions(keys);
        expect(await purse()).toEqual([
          {
            spent: (before?.spent ?? 0) + rounds * many * 700,
            reserved: (before?.reserved ?? 0) + many * reserved,
          },
        ]);
        const ends = await Promise.all(calls.map(({ taskId, key }) => desk.settle(taskId, key, { try: 1 })));
        expect(ends.map(({ end }) => end)).toEqual(calls.map(() => 'completed'));
        shared = claimedIn < many && (await transactions(keys)) < many;
        expect(
          await desk.rows(
            'SELECT DISTINCT try, outcome, micro_usd::int AS usd FROM ledger WHERE call_key = ANY ($1)',
            keys,
          ),
        ).toEqual([{ try: 1, outcome: 'ok', usd: 700 }]);
        expect(
          await desk.rows(
            `SELECT DISTINCT array_agg(seq::int ORDER BY seq) AS seqs, array_agg(type ORDER BY seq) AS types FROM events WHERE stream = ANY ($1) GROUP BY stream`,
            calls.map(({ taskId }) => `task/${taskId}`),
          ),
        ).toEqual([
          {
            seqs: [1, 2, 3, 4, 5],
            types: ['task.created', 'task.assigned', 'task.started', 'model.called', 'task.completed'],
          },
        ]);
      }
      expect(shared).toBe(true);
      expect(await purse()).toEqual([
        { spent: (before?.spent ?? 0) + rounds * many * 700, reserved: before?.reserved },
      ]);
      expect(await desk.rows('SELECT active, succeeded FROM agents WHERE id = $1', agentId)).toEqual([
        { active: 0, succeeded: rounds * many },
      ]);
    });

    test('are not held up by one whose task somebody holds, and do not fail with one that is not there', async () => {
      await desk.hire('passing', many);
      const calls = await begunBy('passing', many);
      const [held] = calls.slice(-1);
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      const { promise: locked, resolve: hasLocked } = Promise.withResolvers<void>();
      const holding = desk.inside(async (tx) => {
        await lockTask(tx, held?.taskId ?? '');
        hasLocked();
        await released;
      });
      await locked;
      const claims = calls.map(({ taskId, key }) => desk.claim(taskId, key));
      const unknown = expect(desk.claim('tsk_none', 'none')).rejects.toThrow('task');
      const others = await Promise.all(claims.slice(0, -1));
      expect(others.every((claim) => 'claimed' in claim)).toBe(true);
      release();
      await Promise.all([holding, unknown]);
      expect(await claims.at(-1)).toMatchObject({ claimed: { key: held?.key, try: 1 } });
    });
  });

  test('an attempt that is no longer current changes nothing', async () => {
    const taskId = await desk.give('writing-well');
    await desk.hire('writing-well');
    const { start } = await desk.look(taskId);
    const key = start[0]?.key ?? '';
    await desk.claim(taskId, key);
    const next = await desk.look(taskId, [key]);
    expect(next.start[0]?.key).toContain(`${taskId}/2/`);
    const { version: now, start: same, end } = next;
    expect(await desk.settle(taskId, key, { try: 1 })).toMatchObject({ version: now, start: same, end });
    expect(await desk.claim(taskId, key)).toMatchObject({ over: { start: next.start } });
    expect(await ledger(key)).toMatchObject([{ try: 1, outcome: 'ok' }]);
  });

  test('a try that may be repeated keeps its key and makes a new version', async () => {
    const { taskId, key } = await begun();
    const before = await desk.look(taskId);
    await desk.claim(taskId, key);
    const error = { code: 'model_failed', message: 'Busy.' };
    const after = await desk.settle(taskId, key, {
      try: 1,
      ledger: { ...paid, outcome: 'failed', microUsd: 0 },
      end: { as: 'again', error },
    });
    expect(after.start[0]?.key).toBe(key);
    expect(after.version).toBeGreaterThan(before.version);
  });
});
