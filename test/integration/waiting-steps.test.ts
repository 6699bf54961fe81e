import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { cancelRun } from '../../src/commands/cancel-run.ts';
import { decideApproval } from '../../src/commands/decide-approval.ts';
import { pauseRun } from '../../src/commands/pause-run.ts';
import { resumeRun } from '../../src/commands/resume-run.ts';
import { retryRun } from '../../src/commands/retry-run.ts';
import type { ApprovalRow } from '../../src/db/mappings/approval.ts';
import type { Tx } from '../../src/db/record.ts';
import { runApi } from '../api/support/running-api.ts';
import { runGuide } from '../support/guide.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import { waitFor } from '../support/wait-for.ts';

let house: ScriptedHouse;

beforeAll(async () => {
  house = await openScriptedHouse();
});

const desk = <Result>(work: (tx: Tx) => Promise<Result>) => house.db.inWorkspace(house.scope, work);

const letter = (expiresIn: string | null = null, more: object = {}) => ({
  name: 'Letter',
  inputs: { type: 'object', properties: { to: { type: 'string' } } },
  steps: [
    {
      id: 'agree',
      kind: 'approval',
      with: { title: 'Send it to ${{ inputs.to }}?', details: 'Dear ${{ inputs.to }}', expiresIn },
      ...more,
    },
    { id: 'sent', kind: 'set', dependsOn: ['agree'], with: { values: { note: 'steps.agree.output.note' } } },
  ],
  output: '${{ steps.sent.output.note }}',
});

const send = (expiresIn?: string | null, more?: object) => house.run(letter(expiresIn, more), { to: 'Ann' });

async function asked(runId: string): Promise<ApprovalRow> {
  await house.reaches('runs', runId, ['waiting']);
  const [approval] = await house.rows<ApprovalRow>(
    'SELECT * FROM approvals WHERE run_id = $1 ORDER BY id DESC LIMIT 1',
    runId,
  );
  return approval as ApprovalRow;
}

const decide = (approvalId: string, status: 'approved' | 'denied', note?: string) =>
  desk((tx) =>
    decideApproval(tx, house.caller, { decision: { approvalId, status, note }, toolsOf: async () => [] }),
  );
const typesOn = async (runId: string) =>
  (
    await house.rows<{ type: string }>(
      'SELECT type FROM events WHERE stream = $1 ORDER BY seq',
      `run/${runId}`,
    )
  ).map(({ type }) => type);
const stepsOf = (runId: string) =>
  house.rows('SELECT key, status, reason FROM steps WHERE run_id = $1 ORDER BY key', runId);

describe('a wait step', () => {
  test('passes by itself on time, and the run waits meanwhile', async () => {
    const id = await house.run({
      name: 'Pause for breath',
      steps: [
        { id: 'breath', kind: 'wait', with: { for: 'PT1.5S' } },
        {
          id: 'then',
          kind: 'wait',
          dependsOn: ['breath'],
          with: { until: '${{ steps.breath.output.until }}' },
        },
      ],
    });
    await house.reaches('runs', id, ['waiting']);
    expect((await stepsOf(id))[0]).toMatchObject({
      key: 'breath',
      status: 'waiting',
      reason: expect.stringMatching(/^Until \d\d:\d\d on /),
    });
    const run = await house.reaches('runs', id, ['completed']);
    expect(Date.parse(String(run.endedAt)) - Date.parse(String(run.startedAt))).toBeGreaterThan(1400);
  });
});

describe('an approval step', () => {
  test('waits for a person; approved, it is spent once and the run goes on with the note', async () => {
    const id = await send();
    const approval = await asked(id);
    expect(approval).toMatchObject({
      title: 'Send it to Ann?',
      details: 'Dear Ann',
      status: 'requested',
      spentAt: null,
    });
    await decide(approval.id, 'approved', 'Fine.');
    expect(await house.reaches('runs', id, ['completed'])).toMatchObject({ output: 'Fine.' });
    const [after] = await house.rows<ApprovalRow>('SELECT * FROM approvals WHERE id = $1', approval.id);
    expect(after).toMatchObject({
      status: 'approved',
      decidedBy: house.caller.principalId,
      spentAt: expect.any(Date),
    });
    const types = await typesOn(id);
    expect(types.filter((type) => type.startsWith('approval.'))).toEqual([
      'approval.requested',
      'approval.approved',
      'approval.spent',
    ]);
  });

  test('as the guide shows it: the example runs as it is written there', async () => {
    const [example = '', guide] = ['examples/signed-off-memo.yaml', 'docs/workflows.md'].map((path) =>
      readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'),
    );
    expect(guide).toContain(`\`\`\`yaml\n${example}\`\`\``);
    const id = await house.run(example, { topic: 'rain' });
    const approval = await asked(id);
    expect(approval.title).toBe('Publish the memo about rain?');
    await decide(approval.id, 'approved', 'Good.');
    const run = await house.reaches('runs', id, ['completed']);
    expect(run.output).toEqual({ markdown: approval.details, signedOff: true });
  });

  test('as the guide shows it: the examples of saving and running give the answers that it shows', async () => {
    const api = await runApi({ db: house.db });
    expect(await runGuide('workflows.md', api, new Map())).toBe(6);
  });

  test('denied fails with approval_denied and the reason; a retry asks again', async () => {
    const id = await send(null, { retry: { maxAttempts: 3 } });
    const approval = await asked(id);
    await decide(approval.id, 'denied', 'Too early.');
    const error = { code: 'approval_denied', message: 'Step "agree" failed. Not approved: Too early.' };
    expect(await house.reaches('runs', id, ['failed'])).toMatchObject({ error });
    await desk((tx) => retryRun(tx, house.caller, { runId: id }));
    const again = await asked(id);
    expect(again.id).not.toBe(approval.id);
    await decide(again.id, 'approved', 'Now.');
    expect(await house.reaches('runs', id, ['completed'])).toMatchObject({ output: 'Now.' });
  });

  test('that nobody decides expires, which counts as denied', async () => {
    const id = await send('PT0.5S');
    const run = await house.reaches('runs', id, ['failed']);
    expect(run.error).toMatchObject({ code: 'approval_denied', message: expect.stringContaining('expired') });
    const [approval] = await house.rows<ApprovalRow>('SELECT * FROM approvals WHERE run_id = $1', id);
    expect(approval).toMatchObject({ status: 'expired', note: 'expired' });
    await expect(decide(approval?.id ?? '', 'approved')).rejects.toMatchObject({ code: 'wrong_state' });
    expect(await typesOn(id)).toContain('approval.expired');
  });

  test('survives that all workers are away', async () => {
    const id = await send();
    const { id: approvalId } = await asked(id);
    await house.employ(house.models);
    await decide(approvalId, 'approved', 'After the restart.');
    expect(await house.reaches('runs', id, ['completed'])).toMatchObject({ output: 'After the restart.' });
  });

  test('of a cancelled run is over and cannot be decided', async () => {
    const id = await send('P1D');
    const { id: approvalId } = await asked(id);
    await desk((tx) => cancelRun(tx, house.caller, { runId: id, reason: 'Not needed.' }));
    await expect(decide(approvalId, 'approved')).rejects.toMatchObject({ code: 'wrong_state' });
    await house.reaches('runs', id, ['cancelled']);
    expect(
      await house.rows('SELECT status, note, spent_at FROM approvals WHERE id = $1', approvalId),
    ).toEqual([{ status: 'expired', note: 'Not needed.', spentAt: null }]);
    await expect(decide(approvalId, 'denied')).rejects.toMatchObject({ code: 'wrong_state' });
  });

  test('can be decided while the run is paused; the run goes on when it is resumed', async () => {
    const id = await send();
    const { id: approvalId } = await asked(id);
    await desk((tx) => pauseRun(tx, house.caller, { runId: id }));
    await house.reaches('runs', id, ['paused']);
    await decide(approvalId, 'approved', 'Go.');
    await waitFor(async () => (await typesOn(id)).includes('approval.spent'), {
      what: 'the approval to be spent',
    });
    expect(await stepsOf(id)).toMatchObject([{ status: 'completed' }, { key: 'sent', status: 'pending' }]);
    await desk((tx) => resumeRun(tx, house.caller, { runId: id }));
    expect(await house.reaches('runs', id, ['completed'])).toMatchObject({ output: 'Go.' });
  });

  test('that was changed in the record after it was asked is not worth its yes', async () => {
    const id = await send();
    const { id: approvalId } = await asked(id);
    await house.rows(`UPDATE approvals SET details = 'Dear Bob' WHERE id = $1`, approvalId);
    await decide(approvalId, 'approved');
    const run = await house.reaches('runs', id, ['failed']);
    expect(run.error).toMatchObject({ code: 'approval_denied' });
    expect(await house.rows('SELECT spent_at FROM approvals WHERE id = $1', approvalId)).toEqual([
      { spentAt: null },
    ]);
  });
});
