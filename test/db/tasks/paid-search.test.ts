import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { topUpBudget } from '../../../src/commands/top-up-budget.ts';
import { updateWorkspace } from '../../../src/commands/update-workspace.ts';
import type { WebSearchBy } from '../../../src/contracts/web-search.ts';
import type { LedgerClosing } from '../../../src/db/ledger-store.ts';
import type { Unsearched } from '../../../src/db/calls/search-failed.ts';
import { insertCredential } from '../../../src/db/credentials/credential-store.ts';
import { createSealer } from '../../../src/db/seal.ts';
import { type CallPlace, openToolDesk, type ToolDesk } from './tool-desk.ts';
import { model, reserved } from './support.ts';

const searcher = {
  ...model,
  id: 'searcher',
  webSearch: { price: { usdPerThousand: 10, asOf: '2026-11-01', checked: false }, promptTokens: 30_000 },
};

const seeker = { ...searcher, provider: 'other', id: 'seeker' };

let desk: ToolDesk;
beforeAll(async () => {
  desk = await openToolDesk([model, searcher, seeker]);
}, 60_000);
beforeEach(async () => {
  desk.offer({ risk: 'low', effect: 'none', search: () => ({ query: 'tides', count: 5 }) });
  await desk.forgetRules();
  await wants('auto');
  await desk.rows('DELETE FROM provider_health');
});

const wants = (webSearch: WebSearchBy) =>
  desk.inside((tx) =>
    updateWorkspace(tx, desk.caller, { changes: { webSearch }, ifMatch: null, tagOf: () => '' }),
  );
const rowsOf = ({ key }: CallPlace) =>
  desk.rows<Record<string, unknown>>(
    `SELECT try, kind, purpose, provider, model, outcome, searches, micro_usd::int, reserved_micro_usd::int AS most
       FROM ledger WHERE call_key = $1 ORDER BY try`,
    key,
  );
const purseOf = async ({ taskId }: CallPlace) => {
  const [purse] = await desk.rows<{ id: string; spent: number; reserved: number }>(
    'SELECT id, spent_micro_usd::int AS spent, reserved_micro_usd::int AS reserved FROM budgets WHERE subject_id = $1',
    taskId,
  );
  return purse as NonNullable<typeof purse>;
};
/** What the model call before the search has cost: its purse starts from there. */
const before = 700;
const bare = { cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
const usage = { ...bare, inputTokens: 900, outputTokens: 80, searches: 1 };
const paid: LedgerClosing = { outcome: 'ok', usage, microUsd: 10_100, latencyMs: 9, requestId: 'req_1' };
const answered = { as: 'answered', answer: { text: 'Tides.' } } as const;

describe('a search that a model provider makes', () => {
  test('has the most that it can cost set aside by its claim, and is booked when its answer is kept', async () => {
    const call = await desk.asked();
    expect(await desk.claimTool(call)).toMatchObject({
      claimed: { try: 1, search: { request: { provider: 'cloud', model: 'searcher', searches: 1 } } },
    });
    const row = { try: 1, kind: 'search', purpose: 'pay', provider: 'cloud', model: 'searcher' };
    expect(await rowsOf(call)).toEqual([
      { ...row, outcome: 'open', searches: 0, microUsd: null, most: reserved },
    ]);
    expect(await purseOf(call)).toMatchObject({ spent: before, reserved });
    await desk.settleTool(call, 1, answered, paid);
    await desk.settleTool(call, 1, answered, paid);
    expect(await rowsOf(call)).toEqual([
      { ...row, outcome: 'ok', searches: 1, microUsd: 10_100, most: reserved },
    ]);
    expect(await purseOf(call)).toMatchObject({ spent: before + 10_100, reserved: 0 });
    expect(await desk.told(call)).toEqual(['Tides.']);
  });

  test('that was lost is booked at its most and made once more; a late answer corrects the money alone', async () => {
    const call = await desk.asked();
    await desk.claimTool(call);
    expect(await desk.claimTool(call)).toMatchObject({ claimed: { try: 2 } });
    expect(await rowsOf(call)).toMatchObject([
      { outcome: 'unknown', microUsd: reserved },
      { outcome: 'open', microUsd: null },
    ]);
    expect(await purseOf(call)).toMatchObject({ spent: before + reserved, reserved });
    await desk.settleTool(call, 1, { as: 'answered', answer: { text: 'Too late.' } }, paid);
    await desk.settleTool(call, 2, answered, paid);
    expect(await rowsOf(call)).toMatchObject([
      { outcome: 'ok', microUsd: 10_100 },
      { outcome: 'ok', microUsd: 10_100 },
    ]);
    expect(await purseOf(call)).toMatchObject({ spent: before + 20_200, reserved: 0 });
    expect(await desk.told(call)).toEqual(['Tides.']);
  });

  test('whose activity ended without a word is booked at its most, and the model is told', async () => {
    const call = await desk.asked();
    await desk.claimTool(call);
    await desk.lose(call);
    expect(await rowsOf(call)).toMatchObject([{ outcome: 'unknown', microUsd: reserved }]);
    expect(await desk.told(call)).toEqual([expect.stringContaining('could not be carried out')]);
  });

  test('that was stopped by a cancel is booked at its most', async () => {
    const call = await desk.asked();
    await desk.claimTool(call);
    await desk.cancel(call);
    const aborted: LedgerClosing = { outcome: 'aborted', microUsd: null, latencyMs: 2 };
    expect((await desk.settleTool(call, 1, { as: 'stopped' }, aborted)).end).toBe('cancelled');
    expect(await rowsOf(call)).toMatchObject([{ outcome: 'aborted', microUsd: reserved }]);
  });

  test('without room in a purse is parked before anybody is asked, and goes on after a top-up', async () => {
    const call = await desk.asked();
    const { id } = await purseOf(call);
    await desk.rows('UPDATE budgets SET limit_micro_usd = 5000 WHERE id = $1', id);
    expect(await desk.claimTool(call)).toMatchObject({ over: { status: 'waiting', start: [] } });
    expect(await desk.taskOf(call)).toMatchObject({ waitingFor: 'budget', holdsSlot: false });
    expect([await desk.effectOf(call), await rowsOf(call)]).toMatchObject([
      { status: 'parked', tries: 0, needs: { microUsd: reserved } },
      [],
    ]);
    await desk.inside((tx) => topUpBudget(tx, desk.caller, { id, wish: { usd: 1 } }));
    expect((await desk.standing(call)).start).toMatchObject([{ kind: 'callTool', key: call.key }]);
    expect(await desk.claimTool(call)).toMatchObject({ claimed: { try: 1 } });
    expect(await rowsOf(call)).toMatchObject([{ outcome: 'open' }]);
  });

  test('that has to wait for its provider’s limit was never made: no row, nothing set aside, its own time', async () => {
    const call = await desk.asked();
    await desk.claimTool(call);
    const until = new Date(desk.asker.now + 60_000);
    const postponed = { ...call, try: 1, until, why: 'The limit of requests a minute is used up.' };
    await desk.tasks.postponeModelCall(desk.asker, postponed);
    expect(await desk.taskOf(call)).toMatchObject({ waitingFor: 'time', holdsSlot: false, wakeAt: until });
    expect([await rowsOf(call), await purseOf(call)]).toMatchObject([[], { spent: before, reserved: 0 }]);
    expect((await desk.standing(call, until.getTime())).start).toMatchObject([{ key: call.key }]);
    expect(await desk.claimTool(call)).toMatchObject({ claimed: { try: 1 } });
  });

  test('keeps the yes of a person while it is parked', async () => {
    desk.offer({ risk: 'high', effect: 'none', search: () => ({ query: 'tides', count: 5 }) });
    const call = await desk.asked();
    await desk.claimTool(call);
    const { id } = await purseOf(call);
    await desk.rows('UPDATE budgets SET limit_micro_usd = 5000 WHERE id = $1', id);
    await desk.decide({ approvalId: (await desk.approvalOf(call)).id, status: 'approved' });
    expect((await desk.standing(call)).start).toMatchObject([{ key: call.key }]);
    expect(await desk.claimTool(call)).toMatchObject({ over: { status: 'waiting' } });
    expect((await desk.approvalOf(call)).spentAt).toBeNull();
    await desk.inside((tx) => topUpBudget(tx, desk.caller, { id, wish: { usd: 1 } }));
    await desk.standing(call);
    expect(await desk.claimTool(call)).toMatchObject({ claimed: { try: 1 } });
    expect((await desk.approvalOf(call)).spentAt).not.toBeNull();
    // Nor is anybody asked again when its provider's limit sends it back.
    const until = new Date(desk.asker.now + 60_000);
    await desk.tasks.postponeModelCall(desk.asker, { ...call, try: 1, until, why: 'Later.' });
    await desk.standing(call, until.getTime());
    expect(await desk.claimTool(call)).toMatchObject({ claimed: { try: 1 } });
  });

  test('is not paid for where the workspace wants a search service, or the call is no search', async () => {
    await wants('brave');
    const [other, none] = [await desk.asked(), await desk.asked()];
    expect(await desk.claimTool(other)).toHaveProperty('over');
    expect(await desk.told(other)).toEqual([expect.stringContaining('that this workspace wants (Brave)')]);
    await wants('auto');
    desk.offer({ risk: 'low', effect: 'none' });
    expect(await desk.claimTool(none)).not.toHaveProperty('claimed.search');
    expect([await rowsOf(other), await rowsOf(none)]).toEqual([[], []]);
  });
});

describe('a search that somebody did not make', () => {
  const final: Unsearched = {
    ...{ as: 'unsearched', why: '401 Bad key.' },
    ...{ again: false, outage: null, whole: true },
  };
  const away: Unsearched = {
    ...{ as: 'unsearched', why: '503 Come later.' },
    ...{ again: true, outage: { retryAfterMs: null }, whole: false },
  };
  const free: LedgerClosing = { outcome: 'failed', microUsd: 0, latencyMs: 4 };
  const lost: LedgerClosing = { outcome: 'unknown', microUsd: null, latencyMs: 4 };
  const breakers = () =>
    desk.rows<{ model: string; reason: string }>('SELECT model, reason FROM provider_health ORDER BY model');

  test('goes to the next provider with a row of its own; when nobody is left, the model is told who was asked and why', async () => {
    const call = await desk.asked();
    expect(await desk.claimTool(call)).toMatchObject({
      claimed: { search: { request: { model: 'searcher' } } },
    });
    const passed = await desk.settleTool(call, 1, final, free);
    expect(passed).toMatchObject({ again: false, start: [{ kind: 'callTool', key: call.key }] });
    expect(await desk.claimTool(call)).toMatchObject({
      claimed: {
        try: 2,
        search: {
          request: { provider: 'other', reason: expect.stringContaining('Asked before: cloud (searcher)') },
        },
      },
    });
    await desk.settleTool(call, 2, final, free);
    expect(await desk.claimTool(call)).toHaveProperty('over');
    expect(await rowsOf(call)).toMatchObject([
      { try: 1, provider: 'cloud', outcome: 'failed', microUsd: 0 },
      { try: 2, provider: 'other', outcome: 'failed', microUsd: 0 },
    ]);
    expect(await desk.told(call)).toEqual([
      expect.stringMatching(
        /^It did not work\. cloud \(searcher\): 401 Bad key; other \(seeker\): 401 Bad key\./,
      ),
    ]);
    expect([await breakers(), await purseOf(call)]).toMatchObject([[], { spent: before, reserved: 0 }]);
  });

  test('because nobody answered is made again there, as a model call is; then the breaker opens, and the next call passes over it', async () => {
    const call = await desk.asked();
    const again: boolean[] = [];
    for (const tried of [1, 2, 3, 4]) {
      expect(await desk.claimTool(call)).toMatchObject({
        claimed: { search: { request: { model: 'searcher' } } },
      });
      again.push((await desk.settleTool(call, tried, away, free)).again);
    }
    expect(again).toEqual([true, true, true, false]);
    expect(await breakers()).toEqual([{ model: 'searcher', reason: '503 Come later.' }]);
    const other = await desk.asked();
    for (const each of [call, other])
      expect(await desk.claimTool(each)).toMatchObject({
        claimed: { search: { request: { model: 'seeker' } } },
      });
    expect((await rowsOf(call)).map(({ outcome }) => outcome)).toEqual([...Array(4).fill('failed'), 'open']);
    await desk.settleTool(call, 5, answered, paid);
    expect(await desk.told(call)).toEqual(['Tides.']);
  });

  test('and may have been paid for is not made twice there: it stands at its most, its model is out until it answers', async () => {
    const call = await desk.asked();
    await desk.claimTool(call);
    expect(await desk.settleTool(call, 1, { ...away, again: false }, lost)).toMatchObject({ again: false });
    expect([await breakers(), await rowsOf(call)]).toMatchObject([
      [{ model: 'searcher' }],
      [{ outcome: 'unknown', microUsd: reserved }],
    ]);
    expect(await desk.claimTool(call)).toMatchObject({
      claimed: { search: { request: { model: 'seeker' } } },
    });
    await desk.settleTool(call, 2, answered, paid);
    const late = await desk.asked();
    await desk.rows('DELETE FROM provider_health');
    await desk.claimTool(late);
    await desk.rows(
      `INSERT INTO provider_health (account, provider, model, reason, failures, open_until) VALUES ('environment', 'cloud', 'searcher', 'Out.', 1, now() + interval '1 hour')`,
    );
    await desk.settleTool(late, 1, answered, paid);
    expect(await breakers()).toEqual([]);
  });

  test('is made by a search service by key, without a row in the ledger, in the workspace’s order', async () => {
    const wish = {
      ...{ name: 'brave', secret: 'search-key-0123456789', hosts: ['api.search.brave.com'] },
      placement: { as: 'bearer' as const },
    };
    await desk.inside((tx) => insertCredential(tx, wish, createSealer(['ab'.repeat(32)])));
    const call = await desk.asked();
    await desk.claimTool(call);
    await desk.settleTool(call, 1, final, free);
    await desk.claimTool(call);
    await desk.settleTool(call, 2, final, free);
    expect(await desk.claimTool(call)).toMatchObject({ claimed: { try: 3, service: 'brave' } });
    await desk.settleTool(call, 3, { ...final, why: 'It answered\0 429\ud800.' });
    expect(await rowsOf(call)).toHaveLength(2);
    await desk.claimTool(call);
    expect(await desk.told(call)).toEqual([expect.stringMatching(/; Brave: It answered 429\ufffd?\./)]);
    await wants(['brave', 'openai']);
    const ordered = await desk.asked();
    expect(await desk.claimTool(ordered)).toMatchObject({ claimed: { try: 1, service: 'brave' } });
    await desk.settleTool(ordered, 1, { ...final, why: 'It answered 500.' });
    expect(await desk.claimTool(ordered)).toHaveProperty('over');
    await desk.rows('DELETE FROM credentials');
  });

  test('because its task was cancelled meanwhile is not made by anybody else', async () => {
    const call = await desk.asked();
    await desk.claimTool(call);
    await desk.cancel(call);
    expect((await desk.settleTool(call, 1, final, free)).end).toBe('cancelled');
    expect(await desk.effectOf(call)).toMatchObject({ status: 'abandoned' });
  });
});
