import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Approval } from '../../src/contracts/approval.ts';
import type { EventEnvelope } from '../../src/contracts/event.ts';
import type { Page } from '../../src/contracts/page.ts';
import type { Run } from '../../src/contracts/run.ts';
import type { WorkflowView } from '../../src/contracts/workflow-view.ts';
import { standRun } from '../../src/db/standing/stand-run.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi();
});

const definition = {
  name: 'Agree',
  steps: [
    {
      id: 'agree',
      kind: 'approval',
      with: { title: 'Send it?', details: 'Dear Ann', expiresIn: 'P3D' },
    },
  ],
};

/** What the run's Temporal workflow does when it is woken. */
const look = (runId: string, now = new Date()) =>
  api.db.inWorkspace({ workspaceId: api.workspaceId, actor: 'system' }, (tx) =>
    standRun(tx, runId, { now, models: [], tools: [] }),
  );

async function asked(): Promise<{ runId: string; approvalId: string }> {
  const { body: workflow } = await api.ask<WorkflowView>('POST', 'workflows', { body: definition });
  const { body: run } = await api.ask<Run>('POST', `workflows/${workflow.id}/runs`);
  await look(run.id);
  const { body } = await api.ask<Run>('GET', `runs/${run.id}`);
  return { runId: run.id, approvalId: body.steps[0]?.approvalId ?? '' };
}

const read = async (id: string) => (await api.ask<Approval>('GET', `approvals/${id}`)).body;
const wakes = async (runId: string) =>
  (
    await api.db.acrossWorkspaces(`SELECT 1 FROM outbox WHERE target = $1 AND status = 'ready'`, [
      `run/${runId}`,
    ])
  ).length;
const filter = encodeURIComponent('status == "requested"');

describe('approvals', () => {
  test('are listed, read, and shown on the step that waits for them', async () => {
    const { runId, approvalId } = await asked();
    const { body: run } = await api.ask<Run>('GET', `runs/${runId}`);
    expect(run.status).toBe('waiting');
    expect(run.steps[0]).toMatchObject({
      status: 'waiting',
      waiting: { for: 'approval', detail: expect.stringMatching(/^Send it\? \(expires at /) },
    });
    const { body: page } = await api.ask<Page<Approval>>('GET', `approvals?filter=${filter}`);
    expect(page.items.map(({ id }) => id)).toContain(approvalId);
    expect(await read(approvalId)).toMatchObject({
      runId,
      runName: 'Agree',
      stepKey: 'agree',
      title: 'Send it?',
      details: 'Dear Ann',
      status: 'requested',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      spentAt: null,
    });
  });

  test('are approved once, with event and outbox entry, and spent by the next look of the run', async () => {
    const { runId, approvalId } = await asked();
    const before = await wakes(runId);
    const { status, body } = await api.ask<Approval>('POST', `approvals/${approvalId}/approve`, {
      body: { note: 'Good.' },
    });
    expect([status, body.status, body.note, body.spentAt]).toEqual([202, 'approved', 'Good.', null]);
    expect(await wakes(runId)).toBe(before + 1);
    for (const verb of ['approve', 'deny']) {
      const again = await api.problem('POST', `approvals/${approvalId}/${verb}`);
      expect([again.status, again.body.code]).toEqual([409, 'wrong_state']);
    }
    await look(runId);
    const spent = await read(approvalId);
    expect(spent).toMatchObject({ status: 'approved', note: 'Good.', spentAt: expect.any(String) });
    await look(runId);
    expect((await read(approvalId)).spentAt).toBe(spent.spentAt);
    const { body: run } = await api.ask<Run>('GET', `runs/${runId}`);
    const output = { agree: { approved: true, by: spent.decidedBy, note: 'Good.' } };
    expect(run).toMatchObject({ status: 'completed', output });
    const { body: events } = await api.ask<Page<EventEnvelope>>('GET', `runs/${runId}/events`);
    const types = events.items.map(({ type }) => type).filter((type) => type.startsWith('approval.'));
    expect(types).toEqual(['approval.requested', 'approval.approved', 'approval.spent']);
  });

  test('are only decided by operators and owners of the workspace', async () => {
    const { approvalId } = await asked();
    const viewer = await api.keyOf('viewer');
    expect((await api.ask('GET', `approvals/${approvalId}`, { key: viewer })).status).toBe(200);
    for (const [key, status] of [
      [viewer, 403],
      [await api.keyOf('owner', { foreign: true }), 404],
    ] as const) {
      expect((await api.problem('POST', `approvals/${approvalId}/approve`, { key })).status).toBe(status);
    }
    const wrong = await api.problem('POST', `approvals/${approvalId}/deny`, { body: { note: '', why: 1 } });
    expect([wrong.status, wrong.body.problems.map(({ pointer }) => pointer).sort()]).toEqual([
      422,
      ['/note', '/why'],
    ]);
    expect((await read(approvalId)).status).toBe('requested');
  });

  test('cannot be decided after their time, before the run has looked and after', async () => {
    const { runId, approvalId } = await asked();
    await api.db.acrossWorkspaces(
      `UPDATE approvals SET expires_at = now() - interval '1 second' WHERE id = $1`,
      [approvalId],
    );
    expect((await api.problem('POST', `approvals/${approvalId}/approve`)).body.code).toBe('wrong_state');
    expect((await read(approvalId)).status).toBe('requested');
    await look(runId, new Date(Date.now() + 4 * 86_400_000));
    expect(await read(approvalId)).toMatchObject({ status: 'expired', spentAt: null });
    expect((await api.problem('POST', `approvals/${approvalId}/deny`)).body.code).toBe('wrong_state');
  });

  test('of a run that is being cancelled cannot be decided', async () => {
    const { runId, approvalId } = await asked();
    await api.ask('POST', `runs/${runId}/cancel`);
    expect((await api.problem('POST', `approvals/${approvalId}/approve`)).body.code).toBe('wrong_state');
    await look(runId);
    expect(await read(approvalId)).toMatchObject({ status: 'expired', decidedBy: null });
  });
});
