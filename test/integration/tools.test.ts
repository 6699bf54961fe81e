import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { cancelTask } from '../../src/commands/cancel-task.ts';
import { decideApproval } from '../../src/commands/decide-approval.ts';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { insertAgent } from '../../src/db/agent-store.ts';
import type { ApprovalRow } from '../../src/db/mappings/approval.ts';
import type { Tx } from '../../src/db/record.ts';
import type { OutsideTool, ToolAnswer } from '../../src/tools/tool.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import type { ServedCall } from '../support/scripted-model-server/script.ts';
import { waitFor } from '../support/wait-for.ts';

let house: ScriptedHouse;
/** What was called outside, by the key of the call. */
let called: { key: string; tool: string; args: Record<string, unknown> }[] = [];
/** Called with a job of a tool: what rejects there is a worker that dies while its call is under way. */
let dies: () => Promise<never> | null = () => null;
/** Calls whose worker counts as dead, and what lets them end. */
let orphans: Promise<unknown>[] = [];
let release: () => void = () => undefined;
let behave: (signal: AbortSignal) => Promise<ToolAnswer> = async () => ({
  text: 'Done outside.',
  data: { id: 7 },
});

const outside = (name: string, more: Partial<OutsideTool> = {}): OutsideTool => ({
  name,
  description: `Does ${name}.`,
  parameters: {
    type: 'object',
    properties: { amount: { type: 'number', minimum: 1 } },
    required: ['amount'],
    additionalProperties: false,
  },
  risk: 'low',
  effect: 'keyed',
  timeoutMs: 60_000,
  place: 'outside',
  run: async ({ key, signal }, args) => {
    called.push({ key, tool: name, args });
    return behave(signal);
  },
  ...more,
});
const tools = [
  outside('look'),
  outside('pay', { risk: 'high', effect: 'at_most_once', destination: () => 'bank.example' }),
  outside('hurry', { timeoutMs: 200 }),
  outside('vault'),
  outside('once', { effect: 'at_most_once' }),
];

beforeAll(async () => {
  house = await openScriptedHouse({
    toolsOf: async () => tools,
    wrap: (activities) => {
      const { callTool } = activities.tools as { callTool: (input: unknown) => Promise<unknown> };
      const dying = (input: unknown) => {
        const death = dies();
        if (!death) return callTool(input);
        const call = callTool(input);
        orphans.push(call);
        return Promise.race([call, death]);
      };
      return { ...activities, tools: { callTool: dying } };
    },
  });
  const spec = AgentSpec.parse({
    name: 'Clerk',
    role: 'master_operator',
    capabilities: [{ name: 'clerk', level: 3 }],
    tools: ['look', 'pay', 'hurry', 'once'],
    limits: { maxConcurrent: 20 },
  });
  await desk((tx) => insertAgent(tx, spec));
});
beforeEach(() => {
  called = [];
  dies = () => null;
  behave = async () => ({ text: 'Done outside.', data: { id: 7 } });
});

const desk = <Result>(work: (tx: Tx) => Promise<Result>) => house.db.inWorkspace(house.scope, work);
const answered = ({ body }: ServedCall) => /"role":"tool"|function_call_output/.test(JSON.stringify(body));

/** A task whose agent calls this tool first, and then is done. */
function give(tool: string, args: unknown = { amount: 5 }): Promise<string> {
  house.answer((call) =>
    answered(call) ? { text: 'Understood.' } : { toolCalls: [{ name: tool, arguments: args }] },
  );
  return house.give({ goal: `Use ${tool}.`, requires: [{ name: 'clerk', level: 1 }] });
}
/** What the model was told that its calls brought. */
async function told(taskId: string): Promise<string> {
  await house.reaches('tasks', taskId, ['completed']);
  const rows = await house.rows<{ text: string }>(
    `SELECT content->>'text' AS text FROM transcript WHERE task_id = $1 AND role = 'tool' ORDER BY seq`,
    taskId,
  );
  return rows.map(({ text }) => text).join('\n');
}
async function asked(taskOrRun: string): Promise<ApprovalRow> {
  let found: ApprovalRow | undefined;
  await waitFor(
    async () => {
      [found] = await house.rows<ApprovalRow>(
        `SELECT * FROM approvals WHERE (task_id = $1 OR run_id = $1) AND status = 'requested'`,
        taskOrRun,
      );
      return found !== undefined;
    },
    { what: 'somebody to be asked', timeoutMs: 30_000 },
  );
  return found as ApprovalRow;
}
const decide = (approvalId: string, status: 'approved' | 'denied', more: object = {}) =>
  desk((tx) =>
    decideApproval(tx, house.caller, {
      decision: { approvalId, status, ...more },
      toolsOf: async () => tools,
    }),
  );

describe('a tool that leaves the process', () => {
  test('is called once with the key of its call, and its answer goes to the model', async () => {
    const taskId = await give('look');
    expect(await told(taskId)).toBe('Done outside.');
    expect(called).toEqual([{ key: `${taskId}/1/2/1`, tool: 'look', args: { amount: 5 } }]);
    await house.isWhole(taskId);
  }, 90_000);

  test('of another agent is refused, whatever the prompt says, and never called', async () => {
    expect(await told(await give('vault'))).toBe('You may not use the tool "vault".');
    expect(called).toEqual([]);
  }, 90_000);

  test('that takes too long is given up, whether it listens or not', async () => {
    behave = () => new Promise(() => undefined);
    expect(await told(await give('hurry'))).toMatch(/^It took longer than/);
  }, 90_000);

  test('is aborted by a cancel while it is under way', async () => {
    let aborted = false;
    behave = (signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(new Error('aborted'));
        }),
      );
    const taskId = await give('look');
    await waitFor(async () => called.length > 0, { what: 'the tool to be called' });
    await desk((tx) => cancelTask(tx, house.caller, { taskId, reason: 'Enough.' }));
    await house.reaches('tasks', taskId, ['cancelled']);
    expect(aborted).toBe(true);
  }, 90_000);
});

describe('a tool call whose worker is lost while it is under way', () => {
  afterEach(async () => {
    release();
    await Promise.allSettled(orphans);
    orphans = [];
  });

  /** The first try dies once the tool was called. */
  function dieOnce(): void {
    let first = true;
    behave = () =>
      first
        ? new Promise((answer) => {
            release = () => answer({ text: 'Too late.' });
          })
        : Promise.resolve({ text: 'Done outside.' });
    dies = () => {
      if (!first) return null;
      return waitFor(async () => called.length > 0, { what: 'the tool to be called' }).then(() => {
        first = false;
        throw new Error('The worker died.');
      });
    };
  }

  test('is called again with the same key where that is allowed', async () => {
    dieOnce();
    const taskId = await give('look');
    expect(await told(taskId)).toBe('Done outside.');
    expect(called.map(({ key }) => key)).toEqual([`${taskId}/1/2/1`, `${taskId}/1/2/1`]);
    await house.isWhole(taskId);
  }, 90_000);

  test('is not called again where that is not allowed: the task waits until a person says what happened', async () => {
    dieOnce();
    const taskId = await give('once');
    const question = await asked(taskId);
    expect([question.kind, called.length]).toEqual(['uncertain', 1]);
    await desk((tx) =>
      decideApproval(tx, house.caller, {
        decision: {
          approvalId: question.id,
          status: 'known',
          happened: true,
          note: 'It is on the statement.',
        },
        toolsOf: async () => tools,
      }),
    );
    expect(await told(taskId)).toMatch(/happened\..* They say: It is on the statement\.$/);
    expect(called).toHaveLength(1);
    await house.isWhole(taskId);
  }, 90_000);
});

describe('a tool call that needs a person’s yes', () => {
  test('waits for it through a restart of all workers, and is then made exactly once', async () => {
    const taskId = await give('pay');
    const approval = await asked(taskId);
    expect(called).toEqual([]);
    await house.employ(house.models);
    expect((await house.reaches('tasks', taskId, ['waiting'])).waitingFor).toBe('approval');
    await decide(approval.id, 'approved');
    expect(await told(taskId)).toBe('Done outside.');
    expect(called).toHaveLength(1);
    await house.isWhole(taskId);
  }, 120_000);

  test('tells the agent what a person changed, and why one said no', async () => {
    const changed = await give('pay');
    await decide((await asked(changed)).id, 'approved', { arguments: { amount: 2 } });
    expect(await told(changed)).toMatch(/^A person changed the arguments/);
    expect(called.map(({ args }) => args)).toEqual([{ amount: 2 }]);
    const denied = await give('pay');
    await decide((await asked(denied)).id, 'denied', { note: 'Not this month.' });
    expect(await told(denied)).toContain('They say: Not this month.');
    expect(called).toHaveLength(1);
  }, 120_000);
});

const workflow = (steps: object[], output: string | null = null) => ({ name: 'Tools', steps, output });
const step = (id: string, tool: string, more: object = {}) => ({
  id,
  kind: 'tool',
  with: { tool, arguments: { amount: 5 } },
  ...more,
});

describe('a tool step', () => {
  test('is called without an agent and a model; its data is its output', async () => {
    const runId = await house.run(
      workflow([
        step('first', 'look'),
        step('each', 'look', {
          dependsOn: ['first'],
          forEach: { items: [1, 2] },
          with: { tool: 'look', arguments: { amount: '${{ item }}' } },
        }),
        {
          id: 'sum',
          kind: 'set',
          dependsOn: ['each'],
          with: { values: { id: 'steps.first.output.id + 1' } },
        },
      ]),
    );
    const run = await house.reaches('runs', runId, ['completed']);
    expect(run.output).toEqual({ sum: { id: 8 } });
    expect(called.map(({ args }) => args.amount).sort()).toEqual([1, 2, 5]);
    const [models] = await house.rows<{ n: number }>(
      'SELECT count(*)::int AS n FROM ledger WHERE run_id = $1',
      runId,
    );
    expect(models?.n).toBe(0);
  }, 90_000);

  test('of high risk asks a person; a no fails the step for good, whatever its retry says', async () => {
    const agreed = await house.run(workflow([step('pay', 'pay')]));
    await decide((await asked(agreed)).id, 'approved');
    await house.reaches('runs', agreed, ['completed']);
    const retry = { maxAttempts: 3, initialInterval: 'PT1S' };
    const denied = await house.run(workflow([step('pay', 'pay', { retry })]));
    await decide((await asked(denied)).id, 'denied', { note: 'No.' });
    const run = await house.reaches('runs', denied, ['failed']);
    expect(run.error).toMatchObject({ code: 'approval_denied', message: expect.stringContaining('No.') });
    expect(called).toHaveLength(1);
  }, 120_000);

  test('whose tool says that it did not work fails, and its retry policy tries it again', async () => {
    let tries = 0;
    behave = async () => {
      tries += 1;
      return tries === 1 ? { text: 'Out of paper.', isError: true } : { text: 'Printed.' };
    };
    const retry = { maxAttempts: 2, initialInterval: 'PT1S' };
    const again = await house.run(
      workflow([step('print', 'look', { retry })], '${{ steps.print.output.markdown }}'),
    );
    expect((await house.reaches('runs', again, ['completed'])).output).toBe('Printed.');
    expect(new Set(called.map(({ key }) => key)).size).toBe(2);
    tries = 0;
    const once = await house.run(workflow([step('print', 'look')]));
    expect((await house.reaches('runs', once, ['failed'])).error).toMatchObject({ code: 'tool_failed' });
  }, 120_000);

  test('with arguments that do not fit fails with all that is wrong', async () => {
    const wrong = { with: { tool: 'look', arguments: { amount: 0, more: 1 } } };
    const runId = await house.run(workflow([step('look', 'look', wrong)]));
    const { error } = await house.reaches('runs', runId, ['failed']);
    expect(error).toMatchObject({
      code: 'tool_failed',
      message: expect.stringMatching(/\/amount[^]*\/more/),
    });
    expect(called).toEqual([]);
  }, 90_000);
});
