import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { topUpBudget } from '../../../src/commands/top-up-budget.ts';
import { updateWorkspace } from '../../../src/commands/update-workspace.ts';
import type { WebSearchBy } from '../../../src/contracts/workspace.ts';
import type { LedgerClosing } from '../../../src/db/ledger-store.ts';
import { type CallPlace, openToolDesk, type ToolDesk } from './tool-desk.ts';
import { model, reserved } from './support.ts';

const searcher = {
  ...model,
  id: 'searcher',
  webSearch: { price: { usdPerThousand: 10, asOf: '2026-11-01', checked: false }, promptTokens: 30_000 },
};

let desk: ToolDesk;
beforeAll(async () => {
  desk = await openToolDesk([model, searcher]);
}, 60_000);
beforeEach(async () => {
  desk.offer({ risk: 'low', effect: 'none', search: () => ({ query: 'tides', count: 5 }) });
  await desk.forgetRules();
  await wants('auto');
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
  });

  test('is not paid for where the workspace wants a search service, or the call is no search', async () => {
    await wants('brave');
    const [other, none] = [await desk.asked(), await desk.asked()];
    expect(await desk.claimTool(other)).not.toHaveProperty('claimed.search');
    await wants('auto');
    desk.offer({ risk: 'low', effect: 'none' });
    expect(await desk.claimTool(none)).not.toHaveProperty('claimed.search');
    expect([await rowsOf(other), await rowsOf(none)]).toEqual([[], []]);
  });
});
