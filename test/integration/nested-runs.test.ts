import { beforeAll, describe, expect, test } from '@jest/globals';
import { cancelRun } from '../../src/commands/cancel-run.ts';
import { pauseRun } from '../../src/commands/pause-run.ts';
import { resumeRun } from '../../src/commands/resume-run.ts';
import { retryRun } from '../../src/commands/retry-run.ts';
import { WorkflowDefinition } from '../../src/contracts/workflow.ts';
import type { Tx } from '../../src/db/record.ts';
import { readRunParts } from '../../src/db/run-reads.ts';
import { insertWorkflow } from '../../src/db/workflow-store.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import { waitFor } from '../support/wait-for.ts';

let house: ScriptedHouse;

beforeAll(async () => {
  house = await openScriptedHouse();
});

const desk = <Result>(work: (tx: Tx) => Promise<Result>) => house.db.inWorkspace(house.scope, work);
const save = (definition: object) =>
  desk(async (tx) => {
    const parsed = WorkflowDefinition.parse(definition);
    return (await insertWorkflow(tx, { definition: parsed, origin: 'person' })).id;
  });
const calling = (workflowId: string, inputs: object = {}, more: object = {}) => ({
  name: 'Outer',
  steps: [{ id: 'inner', kind: 'workflow', with: { workflowId, inputs }, ...more }],
  output: '${{ steps.inner.output }}',
});

interface Child {
  id: string;
  status: string;
  nesting: number;
  parentRunId: string;
}

async function childOf(runId: string): Promise<Child> {
  let child: Child | undefined;
  await waitFor(
    async () => {
      [child] = await house.rows<Child>(
        'SELECT id, status, nesting, parent_run_id FROM runs WHERE parent_run_id = $1 ORDER BY id DESC',
        runId,
      );
      return child !== undefined;
    },
    { what: 'the nested run to be there' },
  );
  return child as Child;
}

const sum = {
  name: 'Sum',
  inputs: { type: 'object', required: ['a'], properties: { a: { type: 'number' } } },
  steps: [{ id: 'add', kind: 'set', with: { values: { n: 'inputs.a + 1' } } }],
  output: '${{ steps.add.output.n }}',
};
const patient = {
  name: 'Patient',
  steps: [{ id: 'wait', kind: 'wait', with: { for: 'P1D' } }],
};

describe('a workflow step', () => {
  test('runs the other workflow with its inputs, as a child in Temporal, and goes on with its output', async () => {
    const id = await house.run(calling(await save(sum), { a: 41 }));
    expect(await house.reaches('runs', id, ['completed'])).toMatchObject({ output: 42, nesting: 0 });
    const child = await childOf(id);
    expect(child).toMatchObject({ status: 'completed', nesting: 1, parentRunId: id });
    const { raw } = await house.client.workflow.getHandle(`run/${child.id}`).describe();
    expect(raw.workflowExecutionInfo?.parentExecution?.workflowId).toBe(`run/${id}`);
  });

  test('does agent work in the nested run, whose cost counts for the step', async () => {
    const work = { goal: 'Gather the facts.', requires: [{ capability: 'research', level: 1 }] };
    const inner = await save({ name: 'Work', steps: [{ id: 'a', kind: 'agent', with: work }] });
    const id = await house.run(calling(inner));
    await house.reaches('runs', id, ['completed']);
    await childOf(id);
    const { nested } = await desk((tx) => readRunParts(tx, [{ id, status: 'completed', pausedAt: null }]));
    const [attempt] = [...nested.values()].flat();
    expect(attempt?.cost.calls).toBeGreaterThan(0);
  });

  test('fails with the reason of the nested run', async () => {
    const broken = await save({
      name: 'Broken',
      steps: [{ id: 'no', kind: 'set', with: { values: { n: '1 / 0' } } }],
    });
    const id = await house.run(calling(broken));
    const run = await house.reaches('runs', id, ['failed']);
    expect(run.error).toMatchObject({ code: 'expression_failed', message: expect.stringContaining('"no"') });
  });

  test('fails when its inputs do not fit or the workflow is not there', async () => {
    const wrong = await house.run(calling(await save(sum), { a: 'one' }));
    expect((await house.reaches('runs', wrong, ['failed'])).error).toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('/a'),
    });
    const nowhere = await house.run(calling('wfl_00000000000000000000000000'));
    expect((await house.reaches('runs', nowhere, ['failed'])).error).toMatchObject({ code: 'not_found' });
  });

  test('that would run itself for ever is stopped at five deep', async () => {
    const itself = await save(calling('wfl_itself'));
    await house.rows(
      `UPDATE workflow_versions SET definition = replace(definition::text, 'wfl_itself', $1)::jsonb WHERE workflow_id = $1`,
      itself,
    );
    const id = await house.run(calling(itself));
    expect((await house.reaches('runs', id, ['failed'])).error).toMatchObject({ code: 'guard_tripped' });
    const [deepest] = await house.rows<{ nesting: number }>(
      'SELECT max(nesting) AS nesting FROM runs WHERE workflow_id = $1',
      itself,
    );
    expect(deepest).toEqual({ nesting: 5 });
  });

  test('is cancelled with its run, and takes it along when it is cancelled itself', async () => {
    const inner = await save(patient);
    const id = await house.run(calling(inner));
    const child = await childOf(id);
    await house.reaches('runs', child.id, ['waiting']);
    await desk((tx) => cancelRun(tx, house.caller, { runId: id }));
    await house.reaches('runs', child.id, ['cancelled']);
    await house.reaches('runs', id, ['cancelled']);
    const other = await house.run(calling(inner));
    const itsChild = await childOf(other);
    await desk((tx) => cancelRun(tx, house.caller, { runId: itsChild.id }));
    expect((await house.reaches('runs', other, ['failed'])).error).toMatchObject({ code: 'cancelled' });
  });

  test('is paused and resumed with its run', async () => {
    const id = await house.run(calling(await save(patient)));
    const child = await childOf(id);
    await house.reaches('runs', child.id, ['waiting']);
    await desk((tx) => pauseRun(tx, house.caller, { runId: id }));
    await house.reaches('runs', child.id, ['paused']);
    await desk((tx) => resumeRun(tx, house.caller, { runId: id }));
    await house.reaches('runs', child.id, ['waiting']);
    await desk((tx) => cancelRun(tx, house.caller, { runId: id }));
    await house.reaches('runs', id, ['cancelled']);
  });

  test('is run anew by a retry of its run; the nested run alone cannot be retried', async () => {
    const id = await house.run(calling(await save(patient), {}, { timeout: 'PT1S' }));
    const before = await childOf(id);
    expect((await house.reaches('runs', id, ['failed'])).error).toMatchObject({ code: 'timed_out' });
    await house.reaches('runs', before.id, ['cancelled']);
    const alone = desk((tx) => retryRun(tx, house.caller, { runId: before.id }));
    await expect(alone).rejects.toMatchObject({ code: 'wrong_state' });
    await desk((tx) => retryRun(tx, house.caller, { runId: id }));
    await house.reaches('runs', id, ['failed']);
    expect((await childOf(id)).id).not.toBe(before.id);
  });
});
