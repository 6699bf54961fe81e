import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { failByDispatch } from '../../../src/db/standing/operations.ts';
import { CreateApprovalRule, RuleTerms } from '../../../src/contracts/approval-rule.ts';
import { type CallPlace, openToolDesk, type ToolDesk } from './tool-desk.ts';

let desk: ToolDesk;
beforeAll(async () => {
  desk = await openToolDesk();
}, 60_000);
beforeEach(async () => {
  await desk.forgetRules();
  desk.offer({});
});

/** A call that waits for a person's yes. */
async function waiting(args?: unknown): Promise<CallPlace & { approvalId: string }> {
  const call = await desk.asked(args);
  expect(await desk.claimTool(call)).toMatchObject({ over: { status: 'waiting', start: [] } });
  return { ...call, approvalId: (await desk.approvalOf(call)).id };
}
const rule = (terms: object) => desk.rule(CreateApprovalRule.parse({ name: 'Ask', effect: 'ask', ...terms }));
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('an approval of a tool call', () => {
  test('names the call, its exact arguments and why people are asked; its task waits without a slot', async () => {
    const call = await waiting({ amount: 120, to: 'ann' });
    expect(await desk.approvalOf(call)).toMatchObject({
      kind: 'tool',
      status: 'requested',
      taskId: call.taskId,
      agentId: desk.agentId,
      requestedBy: desk.agentId,
      startedBy: desk.caller.principalId,
      tool: 'pay',
      risk: 'high',
      destination: 'bank.example',
      arguments: { amount: 120, to: 'ann' },
      title: 'Payer wants to call pay (bank.example)',
      why: 'Its risk is high.',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await desk.taskOf(call)).toMatchObject({
      status: 'waiting',
      waitingFor: 'approval',
      holdsSlot: false,
    });
  });

  test('is given once, and spent once, in the claim of the call', async () => {
    const call = await waiting();
    await desk.decide({ approvalId: call.approvalId, status: 'approved', note: 'Fine.' });
    expect((await desk.approvalOf(call)).spentAt).toBeNull();
    expect((await desk.standing(call)).start).toMatchObject([{ kind: 'callTool', key: call.key }]);
    expect(await desk.taskOf(call)).toMatchObject({ status: 'in_progress', holdsSlot: true });
    expect(await desk.claimTool(call)).toMatchObject({ claimed: { args: { amount: 120 } } });
    expect(await desk.approvalOf(call)).toMatchObject({ status: 'approved', note: 'Fine.' });
    await desk.settleTool(call, 1, { as: 'answered', answer: { text: 'Paid.' } });
    expect(await desk.eventsOf(call)).toEqual([
      'approval.requested',
      'tool.called waits',
      'approval.approved',
      'approval.spent',
      'tool.called ok',
    ]);
    for (const status of ['approved', 'denied'] as const)
      await expect(desk.decide({ approvalId: call.approvalId, status })).rejects.toEqual(code('wrong_state'));
  });

  test('is worth nothing for other arguments than those it was given for', async () => {
    const call = await waiting();
    await desk.decide({ approvalId: call.approvalId, status: 'approved' });
    await desk.rows(
      `UPDATE effects SET input = jsonb_set(input, '{arguments}', '"{\\"amount\\":9000}"') WHERE key = $1`,
      call.key,
    );
    await desk.standing(call);
    expect(await desk.claimTool(call)).toMatchObject({ over: { status: 'waiting' } });
    const asked = await desk.approvalOf(call);
    expect([asked.id === call.approvalId, asked.status, asked.arguments]).toEqual([
      false,
      'requested',
      { amount: 9000 },
    ]);
  });

  test('may change the arguments: they are checked, both are kept, and the model is told what was run', async () => {
    const call = await waiting();
    const { approvalId } = call;
    const wrong = desk.decide({ approvalId, status: 'approved', arguments: { amount: 0, more: 1 } });
    await expect(wrong).rejects.toMatchObject({
      code: 'invalid_request',
      problems: [{ pointer: '/arguments/amount' }, { pointer: '/arguments/more' }],
    });
    expect((await desk.approvalOf(call)).status).toBe('requested');
    await desk.decide({ approvalId, status: 'approved', arguments: { amount: 50 } });
    const approved = await desk.approvalOf(call);
    expect(approved).toMatchObject({ arguments: { amount: 120 }, editedArguments: { amount: 50 } });
    expect(approved.editedHash).not.toBe(approved.hash);
    await desk.standing(call);
    expect(await desk.claimTool(call)).toMatchObject({ claimed: { args: { amount: 50 } } });
    await desk.settleTool(call, 1, { as: 'answered', answer: { text: 'Paid.' } });
    expect(await desk.told(call)).toEqual([
      'A person changed the arguments before agreeing. What was run: {"amount":50}\n\nPaid.',
    ]);
  });

  test('of a tool of the record is spent in the transaction that runs it', async () => {
    await rule({ tool: 'note' });
    const call = await desk.asked({ text: 'hello' }, 'note');
    expect(await desk.claimTool(call)).toMatchObject({ over: { status: 'waiting' } });
    const { id: approvalId } = await desk.approvalOf(call);
    await desk.decide({ approvalId, status: 'approved', arguments: { text: 'good day' } });
    await desk.standing(call);
    expect(await desk.claimTool(call)).toMatchObject({ over: { start: [{ kind: 'callModel' }] } });
    expect([desk.noted, (await desk.approvalOf(call)).spentAt]).toEqual([
      [{ text: 'good day' }],
      expect.any(Date),
    ]);
    expect((await desk.told(call))[0]).toMatch(/^A person changed the arguments[^]*Noted\.$/);
  });

  test('that is denied goes back to the agent with the reason, and nothing is called', async () => {
    const call = await waiting();
    await desk.decide({ approvalId: call.approvalId, status: 'denied', note: 'Too much.' });
    expect((await desk.standing(call)).start).toMatchObject([{ kind: 'callModel' }]);
    expect(await desk.told(call)).toEqual([
      'Denied by a person: pay was not called. Do not ask for the same again. They say: Too much.',
    ]);
  });

  test('expires by the clock, which counts as denied; after that nobody can give it', async () => {
    await rule({ tool: 'pay', expiresIn: 'PT1H' });
    const call = await waiting();
    const { expiresAt } = await desk.approvalOf(call);
    expect((await desk.taskOf(call)).wakeAt).toEqual(expiresAt);
    expect((await desk.standing(call, Number(expiresAt) - 1)).start).toEqual([]);
    expect((await desk.standing(call, Number(expiresAt))).start).toMatchObject([{ kind: 'callModel' }]);
    expect(await desk.told(call)).toEqual([
      'Nobody answered in time: Payer wants to call pay (bank.example)',
    ]);
    expect(await desk.approvalOf(call)).toMatchObject({ status: 'expired', note: 'expired' });
    const late = desk.decide({ approvalId: call.approvalId, status: 'approved' });
    await expect(late).rejects.toEqual(code('wrong_state'));
  });

  test('expires by the clock while its task is paused, too', async () => {
    await rule({ tool: 'pay', expiresIn: 'PT1H' });
    const call = await waiting();
    await desk.rows('UPDATE tasks SET paused_at = now() WHERE id = $1', call.taskId);
    const { expiresAt } = await desk.approvalOf(call);
    expect((await desk.standing(call)).wakeAt).toBe(Number(expiresAt));
    expect(await desk.standing(call, Number(expiresAt))).toMatchObject({ start: [], wakeAt: null });
    expect(await desk.approvalOf(call)).toMatchObject({ status: 'expired' });
    expect(await desk.taskOf(call)).toMatchObject({ status: 'waiting', waitingFor: 'paused' });
  });

  test('cannot be given after its time, even before the task has looked', async () => {
    await rule({ tool: 'pay', expiresIn: 'PT1H' });
    const call = await waiting();
    await desk.rows(
      `UPDATE approvals SET expires_at = now() - interval '1 second' WHERE id = $1`,
      call.approvalId,
    );
    const late = desk.decide({ approvalId: call.approvalId, status: 'approved' });
    await expect(late).rejects.toEqual(code('wrong_state'));
    expect((await desk.approvalOf(call)).status).toBe('requested');
  });

  test('reminds once before it expires', async () => {
    await rule({ tool: 'pay', expiresIn: 'PT1H', remindBefore: 'PT10M' });
    const call = await waiting();
    const { expiresAt, remindAt } = await desk.approvalOf(call);
    expect(Number(expiresAt) - Number(remindAt)).toBe(600_000);
    expect((await desk.standing(call)).wakeAt).toBe(Number(remindAt));
    expect((await desk.standing(call, Number(remindAt))).wakeAt).toBe(Number(expiresAt));
    await desk.standing(call, Number(remindAt) + 1);
    const reminded = (await desk.eventsOf(call)).filter((type) => type === 'approval.reminded');
    expect(reminded).toHaveLength(1);
  });

  test('is over when its task is cancelled', async () => {
    const call = await waiting();
    await desk.cancel(call);
    const early = desk.decide({ approvalId: call.approvalId, status: 'approved' });
    await expect(early).rejects.toEqual(code('wrong_state'));
    expect((await desk.standing(call)).end).toBe('cancelled');
    expect(await desk.approvalOf(call)).toMatchObject({ status: 'expired', note: 'Enough.' });
  });

  test('is over when its task ends otherwise', async () => {
    const call = await waiting();
    await failByDispatch(desk.db, `task/${call.taskId}`, 'It could not be started.');
    expect(await desk.approvalOf(call)).toMatchObject({
      status: 'expired',
      note: 'It could not be started.',
    });
    const late = desk.decide({ approvalId: call.approvalId, status: 'approved' });
    await expect(late).rejects.toEqual(code('wrong_state'));
  });

  test('is asked for by the agent’s own rules too, which cannot make those of the workspace milder', async () => {
    desk.offer({ risk: 'low' });
    await desk.ownRules([RuleTerms.parse({ effect: 'ask', tool: 'pay' })]);
    expect((await desk.approvalOf(await waiting())).why).toBe('The rule "Own" asks for it.');
    await desk.ownRules([RuleTerms.parse({ effect: 'allow' })]);
    await rule({ name: 'All', effect: 'ask' });
    expect((await desk.approvalOf(await waiting())).why).toBe('The rule "All" asks for it.');
    await desk.ownRules([]);
  });

  test('is given by people of the workspace: not by a viewer, not by a key that acts for an agent', async () => {
    const { approvalId } = await waiting();
    const agent = { ...desk.caller, agentId: desk.agentId };
    const viewer = await desk.person('viewer');
    for (const caller of [agent, viewer])
      await expect(desk.decide({ approvalId, status: 'approved' }, caller)).rejects.toEqual(
        code('forbidden'),
      );
    const known = desk.decide({ approvalId, status: 'known', happened: true });
    await expect(known).rejects.toEqual(code('wrong_state'));
  });

  test('of one call says nothing of another', async () => {
    const call = await waiting();
    const other = await waiting();
    await desk.decide({ approvalId: call.approvalId, status: 'approved' });
    expect((await desk.standing(other)).start).toEqual([]);
    expect((await desk.standing(call)).start).toHaveLength(1);
  });
});

describe('four eyes', () => {
  test('are refused while the workspace has too few people, when the rule is made and when a call asks', async () => {
    await expect(rule({ fourEyes: true })).rejects.toMatchObject({
      code: 'invalid_request',
      problems: [{ pointer: '/fourEyes', code: 'too_few_people' }],
    });
    await desk.person('operator');
    await desk.person('owner', 'service');
    await rule({ name: 'Two', fourEyes: true });
    const call = await desk.asked();
    await desk.claimTool(call);
    expect(await desk.told(call)).toEqual([
      'The rule "Two" asks for it. Two people besides whoever gave the goal have to agree, and this workspace has too few who may.',
    ]);
  });

  test('are two different people, neither of whom gave the goal, who agree to the same arguments', async () => {
    const [ann, bob, robot] = [
      await desk.person(),
      await desk.person('owner'),
      await desk.person('owner', 'service'),
    ];
    await rule({ fourEyes: true });
    const call = await waiting();
    const yes = (caller = desk.caller, args?: Record<string, unknown>) =>
      desk.decide({ approvalId: call.approvalId, status: 'approved', arguments: args }, caller);
    await expect(yes()).rejects.toEqual(code('forbidden'));
    await expect(yes(robot)).rejects.toEqual(code('forbidden'));
    await yes(ann);
    await expect(yes(ann)).rejects.toEqual(code('wrong_state'));
    expect((await desk.standing(call)).start).toEqual([]);
    await yes(bob, { amount: 60 });
    expect(await desk.approvalOf(call)).toMatchObject({
      status: 'requested',
      consents: [{ by: bob.principalId }],
    });
    await yes(ann, { amount: 60 });
    expect(await desk.approvalOf(call)).toMatchObject({
      status: 'approved',
      editedArguments: { amount: 60 },
    });
    await desk.standing(call);
    expect(await desk.claimTool(call)).toMatchObject({ claimed: { args: { amount: 60 } } });
  });

  test('are not spared by one who agrees to other arguments; nor is what a rule forbids', async () => {
    await rule({ name: 'Much', amount: { argument: '/amount', atLeast: 500 }, fourEyes: true });
    await rule({ name: 'Never', amount: { argument: '/amount', atLeast: 5000 }, effect: 'deny' });
    const { approvalId, ...call } = await waiting();
    const yes = (amount: number) => desk.decide({ approvalId, status: 'approved', arguments: { amount } });
    for (const [amount, why] of [
      [600, /"Much".*Two people/],
      [6000, /"Never" forbids/],
    ] as const)
      await expect(yes(amount)).rejects.toMatchObject({
        code: 'invalid_request',
        problems: [{ pointer: '/arguments', message: expect.stringMatching(why) }],
      });
    expect((await desk.approvalOf(call)).status).toBe('requested');
    await yes(400);
    expect((await desk.approvalOf(call)).status).toBe('approved');
  });
});
