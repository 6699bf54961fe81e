/** Histories of tasks and runs that people hold up and let go on: paused, retried, approved; and of long ones, continued as new. */
import { join } from 'node:path';
import { acceptPlan } from '../../src/commands/accept-plan.ts';
import { decideApproval } from '../../src/commands/decide-approval.ts';
import { pauseRun } from '../../src/commands/pause-run.ts';
import { pauseTask } from '../../src/commands/pause-task.ts';
import { resumeRun } from '../../src/commands/resume-run.ts';
import { resumeTask } from '../../src/commands/resume-task.ts';
import { retryTask } from '../../src/commands/retry-task.ts';
import type { Tx } from '../../src/db/record.ts';
import { historiesFolder, recordHistory } from './histories.ts';
import { isStep, openScriptedHouse, type ScriptedHouse } from './scripted-house.ts';
import { privateTemporal } from './temporal.ts';
import { waitFor } from './wait-for.ts';

const research = (id: string, more: object = {}) => ({
  id,
  kind: 'agent',
  with: { goal: `Gather the facts about ${id}.`, requires: [{ capability: 'research', level: 1 }] },
  ...more,
});
const goal = 'Compare three suppliers.';
const noTools = () => Promise.resolve([]);

function desk<Result>(house: ScriptedHouse, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  return house.db.inWorkspace(house.scope, work);
}

/** Of the execution of now. */
async function keep(house: ScriptedHouse, target: string, end: string): Promise<void> {
  const handle = house.client.workflow.getHandle(target);
  await handle.result();
  const type = target.startsWith('task/') ? 'runTask' : 'runWorkflow';
  await recordHistory(handle, join(historiesFolder, `${type}-${end}.json`));
}

export async function recordControlled(house: ScriptedHouse): Promise<void> {
  await recordPaused(house);
  await recordRetried(house);
  await recordApproved(house);
}

async function recordPaused(house: ScriptedHouse): Promise<void> {
  house.answer((call) => (call.outputSchema === null ? { text: 'Two offers.', delayMs: 500 } : null));
  const taskId = await house.give({ goal });
  await waitFor(async () => (await house.reaches('tasks', taskId, ['waiting'])).waitingFor === 'children', {
    what: 'the plan to be carried out',
  });
  await desk(house, (tx) => pauseTask(tx, house.caller, { taskId }));
  await waitFor(async () => (await house.reaches('tasks', taskId, ['waiting'])).waitingFor === 'paused', {
    what: 'the task to stand still',
  });
  await desk(house, (tx) => resumeTask(tx, house.caller, { taskId }));
  await house.reaches('tasks', taskId, ['completed']);
  await keep(house, `task/${taskId}`, 'paused');
  const runId = await house.run({
    name: 'Two steps',
    steps: [research('a'), research('b', { dependsOn: ['a'] })],
  });
  await house.reaches('runs', runId, ['running']);
  await desk(house, (tx) => pauseRun(tx, house.caller, { runId }));
  const ended = async () =>
    (await house.rows(`SELECT 1 FROM steps WHERE run_id = $1 AND key = 'a' AND status = 'completed'`, runId))
      .length > 0;
  await waitFor(ended, { what: 'the step at work to end' });
  await desk(house, (tx) => resumeRun(tx, house.caller, { runId }));
  await house.reaches('runs', runId, ['completed']);
  await keep(house, `run/${runId}`, 'paused');
  house.answer(() => null);
}

async function recordRetried(house: ScriptedHouse): Promise<void> {
  house.answer((call) =>
    isStep('Write the result')(call) ? { fault: { kind: 'status', status: 400 } } : null,
  );
  const taskId = await house.give({ goal });
  await house.reaches('tasks', taskId, ['failed']);
  house.answer(() => null);
  await desk(house, (tx) => retryTask(tx, house.caller, { taskId }));
  await house.reaches('tasks', taskId, ['completed']);
  await keep(house, `task/${taskId}`, 'retried');
  let refused = false;
  house.answer((call) => {
    if (refused || !call.text.includes('about c.')) return null;
    refused = true;
    return { fault: { kind: 'status', status: 400 } };
  });
  await house.hire({ name: 'Lone', capability: 'soloing' });
  const lone = { goal: 'Gather the facts about c.', requires: [{ capability: 'soloing', level: 1 }] };
  const retry = { maxAttempts: 2, initialInterval: 'PT1S' };
  const runId = await house.run({ name: 'Again', steps: [research('c', { with: lone, retry })] });
  await house.reaches('runs', runId, ['completed']);
  await keep(house, `run/${runId}`, 'retried');
  house.answer(() => null);
}

async function recordApproved(house: ScriptedHouse): Promise<void> {
  const taskId = await house.give({ goal, planAcceptance: 'person' });
  await waitFor(async () => (await house.reaches('tasks', taskId, ['waiting'])).waitingFor === 'approval', {
    what: 'the plan to wait for a person',
  });
  await desk(house, (tx) => acceptPlan(tx, house.caller, { taskId, toolsOf: noTools }));
  await house.reaches('tasks', taskId, ['completed']);
  await keep(house, `task/${taskId}`, 'approved');
  const ask = { id: 'ask', kind: 'approval', dependsOn: ['a'], with: { title: 'Go on?' } };
  const runId = await house.run({
    name: 'Asked',
    steps: [research('a'), ask, research('b', { dependsOn: ['ask'] })],
  });
  await house.reaches('runs', runId, ['waiting']);
  const [asked] = await house.rows<{ id: string }>('SELECT id FROM approvals WHERE run_id = $1', runId);
  await desk(house, (tx) =>
    decideApproval(tx, house.caller, {
      decision: { approvalId: asked?.id ?? '', status: 'approved' },
      toolsOf: noTools,
    }),
  );
  await house.reaches('runs', runId, ['completed']);
  await keep(house, `run/${runId}`, 'approved');
}

/** On a server that suggests it after a few events: the first of the executions that they go through. */
export async function recordContinued(): Promise<void> {
  const server = await privateTemporal({ suggestContinueAsNew: 25 });
  const temporal = { address: server.address, namespace: server.namespace, client: await server.connect() };
  const house = await openScriptedHouse({ temporal });
  const steps = Array.from({ length: 8 }, (_, n) =>
    research(`s${n}`, { dependsOn: n === 0 ? [] : [`s${n - 1}`] }),
  );
  const runId = await house.run({ name: 'Long', steps });
  await keepFirst(house, { target: `run/${runId}`, table: 'runs', id: runId });
  let turn = 0;
  house.answer((call) => {
    if (!call.text.includes('Look often')) return null;
    turn += 1;
    return turn > 9
      ? { text: 'Looked.' }
      : { toolCalls: [{ name: 'search_files', arguments: { query: `part ${turn}` } }] };
  });
  const taskId = await house.give({ goal: 'Look often.', requires: [{ name: 'research', level: 1 }] });
  await keepFirst(house, { target: `task/${taskId}`, table: 'tasks', id: taskId });
}

async function keepFirst(
  house: ScriptedHouse,
  { target, table, id }: { target: string; table: 'runs' | 'tasks'; id: string },
): Promise<void> {
  const { runId } = await waitFor(
    () =>
      house.client.workflow
        .getHandle(target)
        .describe()
        .catch(() => null),
    {
      what: `${target} to be in Temporal`,
    },
  );
  await house.reaches(table, id, ['completed'], 60_000);
  const first = house.client.workflow.getHandle(target, runId, { followRuns: false });
  const type = table === 'tasks' ? 'runTask' : 'runWorkflow';
  await recordHistory(first, join(historiesFolder, `${type}-continued-as-new.json`));
}
