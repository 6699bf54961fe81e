import { beforeAll, describe, expect, test } from '@jest/globals';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import { timeSkippingServer } from '../support/temporal.ts';

/** Time that passes by itself: the server jumps over waiting while a result is awaited. */
let house: ScriptedHouse;
/** Starts what the dispatcher would start, without search attributes, which this server does not know. */
const start = (id: string) =>
  house.client.workflow.start('runWorkflow', {
    workflowId: `run/${id}`,
    taskQueue: 'orchestrate',
    args: [{ id, workspaceId: house.scope.workspaceId }],
  });

beforeAll(async () => {
  const environment = await timeSkippingServer();
  const { client, address, namespace } = environment;
  const startTarget = async () => undefined;
  house = await openScriptedHouse({
    temporal: { client, address, namespace: namespace ?? 'default' },
    startTarget,
  });
}, 60_000);

const step = (changes: object) => ({
  id: 'a',
  kind: 'agent',
  with: { goal: 'Gather the facts.', requires: [{ capability: 'research', level: 1 }] },
  ...changes,
});

describe('time', () => {
  const quickly = async (id: string) => {
    const begunAt = Date.now();
    const end = await (await start(id)).result();
    expect(Date.now() - begunAt).toBeLessThan(20_000);
    return end;
  };

  test('a step that is tried again after an hour: the hour passes in an instant, by the workflow’s clock', async () => {
    let calls = 0;
    house.answer(() => (calls++ < 1 ? { fault: { kind: 'status', status: 400 } } : null));
    const retry = { maxAttempts: 2, initialInterval: 'PT1H', maxInterval: 'PT2H' };
    const id = await house.run({
      name: 'Retry',
      steps: [
        step({ retry, with: { goal: 'Gather the facts.', requires: [{ capability: 'writing', level: 1 }] } }),
      ],
    });
    expect(await quickly(id)).toBe('completed');
    expect(await house.rows('SELECT status, attempts FROM steps WHERE run_id = $1', id)).toEqual([
      { status: 'completed', attempts: 2 },
    ]);
  });

  test('a wait step of a day, and an approval that reminds and expires after a week: all pass in an instant', async () => {
    const id = await house.run({
      name: 'Patience',
      steps: [
        { id: 'day', kind: 'wait', with: { for: 'P1D' } },
        {
          id: 'week',
          kind: 'approval',
          dependsOn: ['day'],
          with: { title: 'Anybody?', expiresIn: 'P7D', remindBefore: 'P2D' },
        },
      ],
    });
    expect(await quickly(id)).toBe('failed');
    expect(await house.rows('SELECT error FROM runs WHERE id = $1', id)).toMatchObject([
      { error: { code: 'approval_denied', message: expect.stringContaining('expired') } },
    ]);
    expect(
      await house.rows(
        `SELECT status, reminded_at >= remind_at AND reminded_at < expires_at AS in_time FROM approvals WHERE run_id = $1`,
        id,
      ),
    ).toEqual([{ status: 'expired', inTime: true }]);
  });

  test('a step that waits longer than its timeout fails by it, and takes the run with it', async () => {
    const agentId = await house.hire({ name: 'Never', capability: 'waiting-long', maxConcurrent: 1 });
    await house.rows('UPDATE agents SET active = 1 WHERE id = $1', agentId);
    const id = await house.run({
      name: 'Timeout',
      steps: [
        step({
          timeout: 'P3D',
          with: { goal: 'Wait.', requires: [{ capability: 'waiting-long', level: 1 }] },
        }),
      ],
    });
    expect(await quickly(id)).toBe('failed');
    expect(await house.rows('SELECT status, error FROM runs WHERE id = $1', id)).toMatchObject([
      { status: 'failed', error: { code: 'timed_out' } },
    ]);
  });
});
