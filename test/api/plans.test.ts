import { beforeAll, describe, expect, test } from '@jest/globals';
import type { PlanView } from '../../src/contracts/plan.ts';
import type { Task } from '../../src/contracts/task.ts';
import { parseDefinition } from '../../src/core/workflow/parse-definition.ts';
import { decidePlan, insertPlan, keepPlanDefinition } from '../../src/db/plan-store.ts';
import { lockTask, updateTask } from '../../src/db/task-store.ts';
import type { Tx } from '../../src/db/record.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi();
});

const inside = <Result>(work: (tx: Tx) => Promise<Result>) =>
  api.db.inWorkspace({ workspaceId: api.workspaceId, actor: 'agt_chief' }, work);
const step = { id: 'read', kind: 'agent', with: { goal: 'Read it.', requires: [] } };
const plan = { name: 'Plan', steps: [step] };

/** A goal whose Chief of Staff has proposed a plan. */
async function proposed(): Promise<string> {
  const body = { goal: 'Sum it up.', planAcceptance: 'person' };
  const { body: task } = await api.ask<Task>('POST', 'tasks', { body });
  await inside(async (tx) => {
    const { definition } = parseDefinition(plan);
    if (!definition) throw new Error('no plan');
    const { workflowId, version } = await keepPlanDefinition(tx, task, definition);
    const none = { changes: null, corrections: null };
    const said = {
      kind: 'first',
      status: 'proposed',
      origin: 'model',
      reason: 'Written for this goal.',
    } as const;
    await insertPlan(tx, { taskId: task.id, n: 1, ...said, ...none, workflowId, workflowVersion: version });
  });
  return task.id;
}

const read = async (taskId: string) => (await api.ask<PlanView>('GET', `tasks/${taskId}/plan`)).body;

describe('the plan of a task', () => {
  test('is not there before it was proposed', async () => {
    const { body: task } = await api.ask<Task>('POST', 'tasks', { body: { goal: 'No plan yet.' } });
    expect((await api.problem('GET', `tasks/${task.id}/plan`)).status).toBe(404);
    expect((await api.problem('POST', `tasks/${task.id}/plan/accept`)).body.code).toBe('wrong_state');
  });

  test('is shown, and accepted as it is', async () => {
    const id = await proposed();
    expect(await read(id)).toMatchObject({
      status: 'proposed',
      runId: null,
      version: 1,
      definition: { name: 'Plan' },
    });
    const { status } = await api.ask('POST', `tasks/${id}/plan/accept`);
    expect(status).toBe(202);
    expect(await read(id)).toMatchObject({ status: 'accepted', history: [{ n: 1, status: 'accepted' }] });
  });

  test('is decided once', async () => {
    const id = await proposed();
    await api.ask('POST', `tasks/${id}/plan/reject`, { body: { reason: 'Too short.' } });
    expect(await read(id)).toMatchObject({ status: 'rejected', history: [{ note: 'Too short.' }] });
    for (const [verb, body] of [
      ['accept', {}],
      ['reject', { reason: 'Again.' }],
    ] as const) {
      const { status, body: problem } = await api.problem('POST', `tasks/${id}/plan/${verb}`, { body });
      expect([status, problem.code]).toEqual([409, 'wrong_state']);
    }
    expect((await read(id)).history).toHaveLength(1);
  });

  test('is accepted and sent back only as it was seen', async () => {
    const id = await proposed();
    const { n, workflowId, version } = await read(id);
    expect(n).toBe(1);
    await inside(async (tx) => {
      const given = { workflowId, workflowVersion: version };
      await decidePlan(tx, { taskId: id, n }, { status: 'withdrawn', note: 'No flights.', ...given });
    });
    const gone = await api.problem('POST', `tasks/${id}/plan/accept`, { body: { n } });
    expect([gone.status, gone.body.detail]).toEqual([409, expect.stringContaining('taken the plan back')]);
    expect(await read(id)).toMatchObject({
      status: 'withdrawn',
      history: [{ status: 'withdrawn', note: 'No flights.' }],
    });
    await inside(async (tx) => {
      const said = { kind: 'first', status: 'proposed', origin: 'model', reason: 'Again.' } as const;
      const none = { changes: null, corrections: null };
      await insertPlan(tx, {
        taskId: id,
        n: 2,
        ...said,
        ...none,
        workflowId,
        workflowVersion: version,
      });
    });
    for (const [verb, body] of [
      ['accept', { n }],
      ['reject', { n, reason: 'No.' }],
    ] as const) {
      const { status, body: problem } = await api.problem('POST', `tasks/${id}/plan/${verb}`, { body });
      expect([status, problem.code]).toEqual([412, 'precondition_failed']);
    }
    expect(await read(id)).toMatchObject({ n: 2, status: 'proposed' });
    expect((await api.ask('POST', `tasks/${id}/plan/accept`, { body: { n: 2 } })).status).toBe(202);
  });

  test('is edited only into one that may run: every fault comes with its place, and nothing is changed', async () => {
    const id = await proposed();
    const definition = {
      name: 'Edited',
      steps: [
        {
          ...step,
          dependsOn: ['nowhere'],
          with: { goal: 'Read it.', requires: [{ capability: 'magic', level: 5 }] },
        },
        { id: 'call', kind: 'tool', with: { tool: 'nothing' } },
      ],
    };
    const { body } = await api.problem('POST', `tasks/${id}/plan/accept`, { body: { definition } });
    expect(body.code).toBe('invalid_workflow');
    const pointers = body.problems?.map(({ pointer }) => pointer);
    expect(pointers).toEqual(
      expect.arrayContaining([
        '/definition/steps/0/dependsOn/0',
        '/definition/steps/0/with/requires/0/capability',
        '/definition/steps/1/with/tool',
      ]),
    );
    expect(await read(id)).toMatchObject({ status: 'proposed', version: 1 });
  });

  test('keeps both versions when it was edited', async () => {
    const id = await proposed();
    const definition = { ...plan, name: 'Edited' };
    await api.ask('POST', `tasks/${id}/plan/accept`, { body: { definition, note: 'Better so.' } });
    const view = await read(id);
    expect(view).toMatchObject({ status: 'accepted', version: 2, definition: { name: 'Edited' } });
    expect(view.history[0]).toMatchObject({
      note: 'Better so.',
      edited: true,
      decidedBy: expect.stringMatching(/^prn_/),
    });
    const { body: versions } = await api.ask<{ items: unknown[] }>(
      'GET',
      `workflows/${view.workflowId}/versions`,
    );
    expect(versions.items).toHaveLength(2);
  });

  test('needs a reason to be rejected, and somebody who may', async () => {
    const id = await proposed();
    const { body } = await api.problem('POST', `tasks/${id}/plan/reject`, { body: {} });
    expect(body.problems).toMatchObject([{ pointer: '/reason' }]);
    const key = await api.keyOf('viewer');
    expect((await api.problem('POST', `tasks/${id}/plan/accept`, { key })).status).toBe(403);
    const stranger = await api.keyOf('owner', { foreign: true });
    expect((await api.problem('POST', `tasks/${id}/plan/accept`, { key: stranger })).status).toBe(404);
    expect(await read(id)).toMatchObject({ status: 'proposed' });
  });
});

describe('whether a person must accept plans', () => {
  test('is said by the goal, else by the workspace', async () => {
    const acceptanceOf = async (body: object) => {
      const { body: task } = await api.ask<Task>('POST', 'tasks', { body });
      const [row] = await api.db.acrossWorkspaces('SELECT plan_acceptance FROM tasks WHERE id = $1', [
        task.id,
      ]);
      return row;
    };
    expect(await acceptanceOf({ goal: 'One.' })).toEqual({ planAcceptance: 'auto' });
    await api.ask('PATCH', 'workspace', { body: { planAcceptance: 'person' } });
    expect(await acceptanceOf({ goal: 'Two.' })).toEqual({ planAcceptance: 'person' });
    expect(await acceptanceOf({ goal: 'Three.', planAcceptance: 'auto' })).toEqual({
      planAcceptance: 'auto',
    });
  });
});

describe('a guard that holds a task up', () => {
  const tripped = { guard: 'turns', detail: 'The limit of 30 turns is used up.' } as const;

  test('is shown on the task and lifted for it alone; another one is refused', async () => {
    const { body: task } = await api.ask<Task>('POST', 'tasks', { body: { goal: 'Round and round.' } });
    expect((await api.problem('POST', `tasks/${task.id}/lift-guard`)).body.code).toBe('wrong_state');
    await inside(async (tx) => {
      const row = await lockTask(tx, task.id);
      await updateTask(tx, row, {
        status: 'waiting',
        waitingFor: 'person',
        waitingDetail: tripped.detail,
        guardTripped: tripped,
      });
    });
    const { body: shown } = await api.ask<Task>('GET', `tasks/${task.id}`);
    expect(shown).toMatchObject({ status: 'waiting', waiting: { for: 'person' }, guard: tripped });
    const other = await api.problem('POST', `tasks/${task.id}/lift-guard`, { body: { guard: 'depth' } });
    expect(other.body.code).toBe('wrong_state');
    const { status, body } = await api.ask<Task>('POST', `tasks/${task.id}/lift-guard`, {
      body: { guard: 'turns', note: 'It is close.' },
    });
    expect(status).toBe(202);
    expect(body.guard).toBeNull();
    const [row] = await api.db.acrossWorkspaces('SELECT guards_lifted FROM tasks WHERE id = $1', [task.id]);
    expect(row).toEqual({ guardsLifted: { turns: 1 } });
    const [event] = await api.db.acrossWorkspaces(
      `SELECT data FROM events WHERE stream = $1 AND type = 'guard.lifted'`,
      [`task/${task.id}`],
    );
    expect(event).toEqual({ data: { guard: 'turns', note: 'It is close.' } });
  });

  test('is lifted once by two at once, with as many allowances as it takes', async () => {
    const { body: task } = await api.ask<Task>('POST', 'tasks', { body: { goal: 'Ask all of them.' } });
    const guardTripped = { guard: 'fan_out', detail: 'Five; the limit is 2.', allowances: 2 } as const;
    await inside(async (tx) => updateTask(tx, await lockTask(tx, task.id), { guardTripped }));
    const lifts = [1, 2].map(() => api.ask('POST', `tasks/${task.id}/lift-guard`));
    expect((await Promise.all(lifts)).map(({ status }) => status).toSorted()).toEqual([202, 409]);
    const [row] = await api.db.acrossWorkspaces('SELECT guards_lifted FROM tasks WHERE id = $1', [task.id]);
    expect(row).toEqual({ guardsLifted: { fan_out: 2 } });
  });
});
