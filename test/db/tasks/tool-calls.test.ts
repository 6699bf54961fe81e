import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openToolDesk, type ToolDesk } from './tool-desk.ts';

let desk: ToolDesk;
beforeAll(async () => {
  desk = await openToolDesk();
}, 60_000);
beforeEach(() => desk.forgetRules());

const claimed = (tried: number) => ({ claimed: { try: tried } });

describe('a tool call that leaves the process', () => {
  test('is claimed with what was decided, and its answer is shown to the model once', async () => {
    desk.offer({ risk: 'low', effect: 'none' });
    const call = await desk.asked({ amount: 3 });
    expect(await desk.claimTool(call)).toMatchObject({
      claimed: { ...claimed(1).claimed, args: { amount: 3 } },
    });
    expect(await desk.effectOf(call)).toMatchObject({
      status: 'claimed',
      request: { tool: 'pay', args: { amount: 3 }, destination: 'bank.example', risk: 'low', effect: 'none' },
    });
    const answer = { as: 'answered', answer: { text: 'Paid\0 \ud800.', data: { 'i\0d': 7 } } } as const;
    expect((await desk.settleTool(call, 1, answer)).start).toMatchObject([{ kind: 'callModel' }]);
    await desk.settleTool(call, 1, answer);
    expect(await desk.told(call)).toEqual(['Paid \ufffd.']);
    expect((await desk.effectOf(call)).outcome).toMatchObject({ data: { id: 7 } });
    expect(await desk.eventsOf(call)).toEqual(['tool.called ok']);
  });

  test('takes its risk and effect from what its arguments make of it', async () => {
    desk.offer({ risk: 'low', effect: 'none', judge: () => ({ risk: 'high', effect: 'at_most_once' }) });
    const call = await desk.asked();
    expect(await desk.claimTool(call)).toMatchObject({ over: { status: 'waiting' } });
    expect(await desk.approvalOf(call)).toMatchObject({ kind: 'tool', risk: 'high' });
  });

  test('is not made with arguments that break its schema: the model is told of all at once', async () => {
    desk.offer({ risk: 'low' });
    const call = await desk.asked({ amount: 0, more: 1 });
    expect(await desk.claimTool(call)).toMatchObject({ over: { start: [{ kind: 'callModel' }] } });
    expect(await desk.told(call)).toEqual([expect.stringMatching(/\/amount: [^]*\/more: /)]);
    expect(await desk.eventsOf(call)).toEqual(['tool.called failed']);
  });

  test('that nobody could make (text that is none, a tool under a name of ours) is told to the model', async () => {
    desk.offer({ risk: 'low' });
    for (const [call, why] of [
      [await desk.asked({ amount: 3, to: 'a\0\ud800' }), '/to: Contains a NUL'],
      [await desk.asked({}, 'method:quote'), 'There is no tool "method:quote"'],
      [await desk.asked({}, 'summarise'), 'There is no tool "summarise"'],
    ] as const) {
      expect(await desk.claimTool(call)).toMatchObject({ over: { start: [{ kind: 'callModel' }] } });
      expect((await desk.told(call)).join()).toContain(why);
    }
  });

  test('that a rule forbids is refused, and the model is told by which', async () => {
    desk.offer({ risk: 'low' });
    await desk.rule({
      ...noTerms,
      name: 'No big payments',
      effect: 'deny',
      amount: { argument: '/amount', atLeast: 100 },
    });
    const [big, small] = [await desk.asked({ amount: 100 }), await desk.asked({ amount: 99 })];
    await desk.claimTool(big);
    expect(await desk.told(big)).toEqual(['The rule "No big payments" forbids this call of "pay".']);
    expect(await desk.eventsOf(big)).toEqual(['tool.called refused']);
    expect(await desk.claimTool(small)).toMatchObject(claimed(1));
  });

  test.each(['none', 'keyed'] as const)(
    'of effect %s whose try was lost is tried again with the same key',
    async (effect) => {
      desk.offer({ risk: 'low', effect });
      const call = await desk.asked();
      expect(await desk.claimTool(call)).toMatchObject({ claimed: { key: call.key, try: 1 } });
      expect(await desk.claimTool(call)).toMatchObject({ claimed: { key: call.key, try: 2 } });
      await desk.settleTool(call, 1, { as: 'answered', answer: { text: 'Too late.' } });
      await desk.settleTool(call, 2, { as: 'answered', answer: { text: 'In time.' } });
      expect(await desk.told(call)).toEqual(['In time.']);
    },
  );

  test('that was stopped by a cancel is over, and by the end of a worker open again', async () => {
    desk.offer({ risk: 'low', effect: 'keyed' });
    const [ended, cancelled] = [await desk.asked(), await desk.asked()];
    await desk.claimTool(ended);
    expect((await desk.settleTool(ended, 1, { as: 'stopped' })).start).toMatchObject([{ key: ended.key }]);
    await desk.claimTool(cancelled);
    await desk.cancel(cancelled);
    expect((await desk.settleTool(cancelled, 1, { as: 'stopped' })).end).toBe('cancelled');
  });
});

const noTerms = {
  agentId: null,
  tool: null,
  risk: null,
  destination: null,
  amount: null,
  spentUsd: null,
  when: null,
  expiresIn: null,
  remindBefore: null,
  fourEyes: false,
};

describe('a call that may not happen twice, of which nobody knows whether it happened', () => {
  beforeEach(() => {
    desk.offer({ risk: 'low', effect: 'at_most_once' });
  });

  async function lost() {
    const call = await desk.asked();
    await desk.claimTool(call);
    expect(await desk.claimTool(call)).toMatchObject({ over: { status: 'waiting', start: [] } });
    return call;
  }

  test('is never repeated by itself: a person is asked, and the task holds no slot', async () => {
    const call = await lost();
    expect(await desk.taskOf(call)).toMatchObject({ waitingFor: 'person', holdsSlot: false });
    expect(await desk.approvalOf(call)).toMatchObject({
      kind: 'uncertain',
      status: 'requested',
      tool: 'pay',
    });
    expect((await desk.standing(call)).start).toEqual([]);
    expect(await desk.eventsOf(call)).toEqual(['approval.requested', 'tool.called lost']);
  });

  test.each([
    [true, /^A person has checked: the call of pay happened\..* They say: I saw it\.$/],
    [false, /^A person has checked: the call of pay did not happen\. They say: I saw it\.$/],
  ])('goes on when a person says that it happened: %s', async (happened, words) => {
    const call = await lost();
    const { id: approvalId } = await desk.approvalOf(call);
    await desk.decide({ approvalId, status: 'known', happened, note: 'I saw it.' });
    expect((await desk.standing(call)).start).toMatchObject([{ kind: 'callModel' }]);
    expect(await desk.told(call)).toEqual([expect.stringMatching(words)]);
    expect(await desk.approvalOf(call)).toMatchObject({ happened, note: 'I saw it.' });
    await expect(desk.decide({ approvalId, status: 'approved' })).rejects.toMatchObject({
      code: 'wrong_state',
    });
  });

  test('is tried once more when a person lets it, and asks again when that try is lost too', async () => {
    const call = await lost();
    const { id: approvalId } = await desk.approvalOf(call);
    await desk.decide({ approvalId, status: 'approved' });
    expect((await desk.standing(call)).start).toMatchObject([{ kind: 'callTool', key: call.key }]);
    expect(await desk.claimTool(call)).toMatchObject(claimed(2));
    expect((await desk.approvalOf(call)).spentAt).not.toBeNull();
    await desk.lose(call);
    const next = await desk.approvalOf(call);
    expect([next.id !== approvalId, next.kind, next.status]).toEqual([true, 'uncertain', 'requested']);
  });

  test('takes its own answer when that comes late after all', async () => {
    const call = await lost();
    await desk.settleTool(call, 1, { as: 'answered', answer: { text: 'Paid.' } });
    expect(await desk.told(call)).toEqual(['Paid.']);
    expect(await desk.approvalOf(call)).toMatchObject({ status: 'expired' });
  });

  test('is asked about when it broke off midway, or its worker ended without a word', async () => {
    const [broke, gone] = [await desk.asked(), await desk.asked()];
    await desk.claimTool(broke);
    await desk.settleTool(broke, 1, { as: 'unknown', why: 'It took longer than 1 s.' });
    await desk.claimTool(gone);
    await desk.lose(gone);
    expect(await desk.approvalOf(broke)).toMatchObject({
      kind: 'uncertain',
      why: 'It took longer than 1 s.',
    });
    expect(await desk.approvalOf(gone)).toMatchObject({ kind: 'uncertain', why: 'Its worker was lost.' });
    expect(await desk.told(broke)).toEqual([]);
  });
});
