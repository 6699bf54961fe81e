import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Caller } from '../../../src/commands/caller.ts';
import { createWorkflow } from '../../../src/commands/create-workflow.ts';
import { decideApproval } from '../../../src/commands/decide-approval.ts';
import { editStep } from '../../../src/commands/edit-step.ts';
import { rehashApprovals } from '../../../src/db/approvals/rehash-approvals.ts';
import type { ApprovalRow } from '../../../src/db/mappings/approval.ts';
import { insertPrincipal } from '../../../src/db/principal-store.ts';
import { openRunDesk, type RunDesk } from './support.ts';

let desk: RunDesk;
beforeAll(async () => {
  desk = await openRunDesk();
}, 60_000);
beforeEach(async () => {
  await desk.rows(
    `UPDATE principals SET role = 'viewer' WHERE id <> $1 AND kind = 'person'`,
    desk.caller.principalId,
  );
});

const approval = (given: object, more: object = {}) => ({
  id: 'agree',
  kind: 'approval',
  with: { title: 'Send it?', ...given },
  ...more,
});
const person = (role: Caller['role'] = 'operator', kind: 'person' | 'service' = 'person'): Promise<Caller> =>
  desk.inside(async (tx) => {
    const { id } = await insertPrincipal(tx, { kind, name: 'Somebody', role });
    return { workspaceId: desk.caller.workspaceId, principalId: id, role };
  });
const asked = async (runId: string) => {
  const rows = await desk.rows<ApprovalRow>('SELECT * FROM approvals WHERE run_id = $1 ORDER BY id', runId);
  return rows.at(-1) as ApprovalRow;
};
const yes = (approvalId: string, caller: Caller) =>
  desk.inside((tx) =>
    decideApproval(tx, caller, { decision: { approvalId, status: 'approved' }, toolsOf: async () => [] }),
  );
const told = async (runId: string) =>
  (
    await desk.rows<{ type: string }>(
      'SELECT type FROM events WHERE stream = $1 ORDER BY seq',
      `run/${runId}`,
    )
  ).map(({ type }) => type);
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('four eyes in an approval step', () => {
  test('are two different people, neither of whom started the run', async () => {
    const [ann, bob, robot] = [await person(), await person('owner'), await person('owner', 'service')];
    const id = await desk.begin({ steps: [approval({ fourEyes: true })] });
    await desk.stand(id);
    const { id: approvalId, fourEyes, startedBy } = await asked(id);
    expect([fourEyes, startedBy]).toEqual([true, desk.caller.principalId]);
    await expect(yes(approvalId, desk.caller)).rejects.toEqual(code('forbidden'));
    await expect(yes(approvalId, robot)).rejects.toEqual(code('forbidden'));
    await yes(approvalId, ann);
    await expect(yes(approvalId, ann)).rejects.toEqual(code('wrong_state'));
    await desk.stand(id);
    expect(await desk.run(id)).toMatchObject({ status: 'waiting' });
    expect(await asked(id)).toMatchObject({ status: 'requested', consents: [{ by: ann.principalId }] });
    await yes(approvalId, bob);
    await desk.stand(id);
    expect(await asked(id)).toMatchObject({ status: 'approved', spentAt: expect.any(Date) });
    expect(await desk.run(id)).toMatchObject({
      status: 'completed',
      output: { agree: { approved: true, by: bob.principalId } },
    });
  });

  test('are refused while the workspace has too few people: when it is saved, started, and when the step asks', async () => {
    const source = { name: 'Two', steps: [approval({ fourEyes: true })] };
    const save = () => desk.inside((tx) => createWorkflow(tx, desk.caller, { source, tools: [] }));
    await expect(save()).rejects.toMatchObject({
      code: 'invalid_workflow',
      problems: [{ pointer: '/steps/0/with/fourEyes', code: 'too_few_people' }],
    });
    await person();
    await save();
    const steps = [approval({ fourEyes: true }, { retry: { maxAttempts: 3 } })];
    await expect(desk.begin({ steps })).rejects.toMatchObject({
      code: 'invalid_workflow',
      problems: [{ pointer: '/steps/0/with/fourEyes', code: 'too_few_people' }],
    });
    const { principalId } = await person();
    const id = await desk.begin({ steps });
    await desk.rows(`UPDATE principals SET role = 'viewer' WHERE id = $1`, principalId);
    await desk.stand(id);
    await desk.stand(id);
    expect(await desk.run(id)).toMatchObject({ status: 'failed', error: { code: 'approval_denied' } });
    expect((await desk.steps(id)).get('agree')).toMatchObject({ attempts: 1, approvalId: null });
  });

  test('cannot be turned off in a run that waits for them', async () => {
    await person();
    await person();
    const id = await desk.begin({ steps: [approval({ fourEyes: true })] });
    await desk.stand(id);
    for (const fourEyes of [false, null]) {
      const edit = desk.inside((tx) =>
        editStep(tx, desk.caller, {
          runId: id,
          stepId: 'agree',
          changes: { with: { fourEyes } },
          ifMatch: null,
        }),
      );
      await expect(edit).rejects.toMatchObject({
        problems: [{ pointer: '/with/fourEyes', code: 'not_allowed' }],
      });
    }
    expect(await asked(id)).toMatchObject({ status: 'requested', fourEyes: true });
  });

  test('keep the first yes when the rest of the plan around the step changes', async () => {
    const [ann, bob] = [await person(), await person()];
    const id = await desk.begin({ steps: [approval({ fourEyes: true })] });
    await desk.stand(id);
    const { id: approvalId } = await asked(id);
    await yes(approvalId, ann);
    const { workflowVersion: from } = await desk.run(id);
    await desk.inside((tx) => rehashApprovals(tx, id, { from, to: from + 1 }));
    await yes(approvalId, bob);
    expect(await asked(id)).toMatchObject({ status: 'approved' });
  });
});

describe('the reminder of an approval step', () => {
  test('comes once, at its time, and the approval expires after it', async () => {
    const id = await desk.begin({ steps: [approval({ expiresIn: 'PT2H', remindBefore: 'PT30M' })] });
    const begun = desk.asker.now;
    const at = (minutes: number) => desk.tasks.standRun({ ...desk.asker, now: begun + minutes * 60_000 }, id);
    expect(await at(0)).toMatchObject({ wakeAt: begun + 90 * 60_000 });
    expect(await at(60)).toMatchObject({ wakeAt: begun + 90 * 60_000 });
    expect(await told(id)).not.toContain('approval.reminded');
    expect(await at(91)).toMatchObject({ wakeAt: begun + 120 * 60_000 });
    await at(92);
    expect((await told(id)).filter((type) => type === 'approval.reminded')).toHaveLength(1);
    expect(await asked(id)).toMatchObject({ status: 'requested', remindedAt: new Date(begun + 91 * 60_000) });
    await at(120);
    expect(await asked(id)).toMatchObject({ status: 'expired' });
  });

  test('is not said of what has been decided', async () => {
    const id = await desk.begin({
      steps: [approval({ expiresIn: 'PT2H', remindBefore: 'PT30M' })],
    });
    await desk.stand(id);
    await yes((await asked(id)).id, desk.caller);
    await desk.tasks.standRun({ ...desk.asker, now: desk.asker.now + 95 * 60_000 }, id);
    expect(await told(id)).not.toContain('approval.reminded');
    expect(await desk.run(id)).toMatchObject({ status: 'completed' });
  });
});
