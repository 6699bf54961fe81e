import { beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { cancelByOperations, failByDispatch } from '../../src/db/standing/operations.ts';
import { type Reconciler, startReconciler } from '../../src/temporal/reconciler.ts';
import { closeLater } from '../support/close-later.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import { waitFor } from '../support/wait-for.ts';

/** What operations do through Temporal's own client to a run with tasks at work; the reconciler is told when to look. */
let house: ScriptedHouse;
let reconciler: Reconciler;
beforeAll(async () => {
  house = await openScriptedHouse();
  reconciler = startReconciler({
    db: house.db,
    client: house.client,
    owner: 'by hand',
    logger: pino({ level: 'silent' }),
    cancelByOperations: (target) => cancelByOperations(house.db, target),
    failTarget: (target, message) => failByDispatch(house.db, target, message),
    everyMs: 500,
    queues: [],
  });
  closeLater('the reconciler', () => reconciler.stop());
}, 60_000);

const agent = (id: string, dependsOn: string[] = []) => ({
  id,
  kind: 'agent',
  dependsOn,
  with: { goal: `Gather the facts about ${id}.`, requires: [{ capability: 'research', level: 1 }] },
});
const twoThenOne = {
  name: 'By hand',
  steps: [agent('a'), agent('b'), agent('c', ['a', 'b'])],
  output: 'done',
};

/** A run with one task at work that gets no answer, old enough to be looked after. */
async function heldRun(): Promise<string> {
  const held = house.hold((call) => call.text.includes('about a.'));
  const id = await house.run(twoThenOne);
  await held;
  await house.rows(`UPDATE runs SET created_at = created_at - interval '1 hour' WHERE id = $1`, id);
  return id;
}

async function allEnd(runId: string, status: string): Promise<void> {
  await house.reaches('runs', runId, [status]);
  await waitFor(
    async () => {
      const open = await house.rows(
        `SELECT id, status FROM tasks WHERE run_id = $1 AND status NOT IN ('completed', 'failed', 'cancelled')`,
        runId,
      );
      if (open.length > 0) throw new Error(JSON.stringify(open));
      return true;
    },
    { what: 'all tasks to end' },
  );
}

describe('a run at work that operations', () => {
  test.each(['terminate', 'cancel'] as const)(
    '%s ends with all below it as cancelled by operations',
    async (how) => {
      const id = await heldRun();
      const handle = house.client.workflow.getHandle(`run/${id}`);
      await (how === 'terminate' ? handle.terminate('by hand') : handle.cancel());
      await allEnd(id, 'cancelled');
      const [row] = await house.rows<{ reason: string }>(
        'SELECT cancel_reason AS reason FROM runs WHERE id = $1',
        id,
      );
      expect(row?.reason).toContain('operations');
      const repairs = await house.rows(
        `SELECT data->>'what' AS what FROM events WHERE stream = $1 AND type = 'repair.made'`,
        `run/${id}`,
      );
      expect(repairs).toEqual([{ what: 'cancelled' }]);
    },
  );

  test('reset goes on from the record: each step once', async () => {
    const id = await heldRun();
    const { client } = house;
    const { runId } = await client.workflow.getHandle(`run/${id}`).describe();
    const { events } = await client.workflow.getHandle(`run/${id}`).fetchHistory();
    const at = events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId;
    await client.workflowService.resetWorkflowExecution({
      namespace: house.temporal.namespace,
      workflowExecution: { workflowId: `run/${id}`, runId },
      reason: 'by hand',
      workflowTaskFinishEventId: at ?? null,
      requestId: `reset-${id}`,
    });
    // The call that got no answer is given up with the worker that holds it; another one makes it again.
    await house.employ(house.models);
    await allEnd(id, 'completed');
    const steps = await house.rows<{ key: string; attempts: number }>(
      'SELECT key, attempts FROM steps WHERE run_id = $1 ORDER BY key',
      id,
    );
    expect(steps).toEqual(['a', 'b', 'c'].map((key) => ({ key, attempts: 1 })));
    const [tasks] = await house.rows<{ n: number }>(
      'SELECT count(*)::int AS n FROM tasks WHERE run_id = $1',
      id,
    );
    expect(tasks?.n).toBe(3);
  }, 90_000);

  test('delete is started again from the record', async () => {
    const id = await heldRun();
    const { client } = house;
    await client.workflowService.deleteWorkflowExecution({
      namespace: house.temporal.namespace,
      workflowExecution: { workflowId: `run/${id}` },
    });
    await house.employ(house.models);
    await allEnd(id, 'completed');
  }, 90_000);
});

test('a task that operations terminate ends as cancelled, and its run ends as its steps say', async () => {
  const id = await heldRun();
  const [task] = await house.rows<{ id: string }>(
    `SELECT id FROM tasks WHERE run_id = $1 AND step_key = 'a'`,
    id,
  );
  await house.rows(`UPDATE tasks SET created_at = created_at - interval '1 hour' WHERE id = $1`, task?.id);
  await house.client.workflow.getHandle(`task/${task?.id}`).terminate('by hand');
  await house.reaches('tasks', task?.id ?? '', ['cancelled']);
  await allEnd(id, 'failed');
});
