import { createAgent } from '../../src/commands/create-agent.ts';
import { createTask } from '../../src/commands/create-task.ts';
import { startRun } from '../../src/commands/start-run.ts';
import type { Config } from '../../src/config.ts';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { CreateTask } from '../../src/contracts/task.ts';
import type { WorkflowDefinition } from '../../src/contracts/workflow.ts';
import { parseDefinition } from '../../src/core/workflow/parse-definition.ts';
import type { Tx } from '../../src/db/record.ts';
import { insertWorkflow } from '../../src/db/workflow-store.ts';
import { closeLater } from './close-later.ts';
import { type House, type HouseOptions, openHouse } from './house.ts';
import { type ScriptedModelServer, startScriptedModelServer } from './scripted-model-server/server.ts';
import type { Answer, ServedCall } from './scripted-model-server/script.ts';
import { createWorkRule } from './scripted-model-server/work-rule.ts';
import { waitFor } from './wait-for.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A house whose models do what a test says, and the questions that every test of recovery asks of the record afterwards. */
export interface ScriptedHouse extends House {
  server: ScriptedModelServer;
  models: Config['models'];
  /** What a call gets instead of its usual answer; null: the usual one. */
  answer(rule: (call: ServedCall) => Answer | null): void;
  /** The next call of this kind gets no answer. Resolves when it has arrived, with its place in the journal. */
  hold(what: (call: ServedCall) => boolean): Promise<number>;
  give(input: Partial<CreateTask> & { goal: string }): Promise<string>;
  run(definition: unknown, inputs?: Record<string, unknown>): Promise<string>;
  hire(spec: { name: string; capability: string; maxConcurrent?: number }): Promise<string>;
  rows<Row = Record<string, unknown>>(text: string, ...parameters: unknown[]): Promise<Row[]>;
  /** Waits until the task's row is as wanted. */
  until(taskId: string, wanted: (row: Record<string, unknown>) => boolean): Promise<void>;
  /** Each try at a model call stands once in the ledger and once in the journal of the models; nothing is open; effects and events are whole. */
  isWhole(rootId: string): Promise<void>;
}

export const isPlan = (call: ServedCall) =>
  'steps' in ((call.outputSchema?.schema.properties ?? {}) as object);
export const isStep = (title: string) => (call: ServedCall) => call.text.includes(`# Task\n\n${title}`);
export const isSynthesis = (call: ServedCall) => call.text.includes('The plan was carried out.');

export async function openScriptedHouse({
  stallMs = 20_000,
  planSteps,
  ...options
}: Partial<HouseOptions> & { stallMs?: number; planSteps?: number } = {}): Promise<ScriptedHouse> {
  const work = createWorkRule(planSteps === undefined ? {} : { planSteps });
  let rule: (call: ServedCall) => Answer | null = () => null;
  let held: { what: (call: ServedCall) => boolean; arrived: (seq: number) => void } | null = null;
  const server = await startScriptedModelServer({
    rule: (call) => {
      if (held?.what(call)) {
        held.arrived(server.journal().length);
        held = null;
        return { fault: { kind: 'silent' } };
      }
      return rule(call) ?? work(call);
    },
  });
  closeLater('the scripted models', () => server.close());
  const models = {
    openai: { apiKey: 'test', baseUrl: server.v1, model: undefined },
    anthropic: undefined,
    llama: undefined,
    stallMs,
  };
  const house = await openHouse({
    models,
    filesDir: await temporaryFolder('files'),
    ...options,
  });
  const desk = <Result>(work: (tx: Tx) => Promise<Result>) => house.db.inWorkspace(house.scope, work);
  const rows: ScriptedHouse['rows'] = (text, ...parameters) => house.db.acrossWorkspaces(text, parameters);
  return {
    ...house,
    server,
    models,
    answer: (next) => (rule = next),
    hold: (what) => new Promise((arrived) => (held = { what, arrived })),
    give: async (input) => (await desk((tx) => createTask(tx, house.caller, CreateTask.parse(input)))).id,
    run: (definition, inputs = {}) =>
      desk(async (tx) => {
        const parsed = parseDefinition(definition);
        if (!parsed.definition) throw new Error(JSON.stringify(parsed.problems));
        const { id: workflowId } = await insertWorkflow(tx, {
          definition: parsed.definition as WorkflowDefinition,
          origin: 'person',
        });
        return (await startRun(tx, house.caller, { workflowId, inputs })).id;
      }),
    hire: async ({ name, capability, maxConcurrent = 4 }) => {
      const spec = AgentSpec.parse({
        name,
        role: 'master_operator',
        capabilities: [{ name: capability, level: 3 }],
        limits: { maxConcurrent },
      });
      return (await desk((tx) => createAgent(tx, house.caller, spec))).id;
    },
    rows,
    until: (taskId, wanted) =>
      waitFor(
        async () => {
          const [row = {}] = await rows('SELECT * FROM tasks WHERE id = $1', taskId);
          if (!wanted(row))
            throw new Error(`it is ${row.status}: ${row.waitingDetail ?? JSON.stringify(row.error)}`);
          return true;
        },
        { timeoutMs: 45_000, what: `task ${taskId}` },
      ).then(() => undefined),
    isWhole: (rootId) => isWhole({ rows, server }, rootId),
  };
}

async function isWhole(
  { rows, server }: Pick<ScriptedHouse, 'rows' | 'server'>,
  rootId: string,
): Promise<void> {
  const ours = new Set(
    (await rows<{ id: string }>('SELECT id FROM tasks WHERE root_id = $1', rootId)).map((row) => row.id),
  );
  const asked = () =>
    server
      .journal()
      .flatMap(({ callKey, try: n }) => (ours.has(callKey?.split('/')[0] ?? '') ? [`${callKey} ${n}`] : []));
  await waitFor(
    async () => {
      const booked = await rows<{ call: string; outcome: string }>(
        `SELECT call_key || ' ' || try AS call, outcome FROM ledger WHERE root_task_id = $1 ORDER BY 1`,
        rootId,
      );
      const open = booked.filter(({ outcome }) => outcome === 'open');
      const [one, other] = [JSON.stringify(booked.map(({ call }) => call)), JSON.stringify(asked().sort())];
      if (open.length > 0 || one !== other)
        throw new Error(`ledger ${one}, open ${open.length}, journal ${other}`);
      return true;
    },
    { what: 'the ledger to equal the journal', timeoutMs: 15_000 },
  );
  const [left] = await rows<Record<string, number>>(
    `SELECT (SELECT count(*)::int FROM effects e JOIN tasks t ON t.id = e.task_id WHERE t.root_id = $1 AND e.status IN ('planned', 'claimed')) AS effects,
            (SELECT count(*)::int FROM tasks WHERE root_id = $1 AND holds_slot) AS slots,
            (SELECT count(*)::int FROM tasks WHERE root_id = $1 AND status NOT IN ('completed', 'failed', 'cancelled')) AS tasks,
            (SELECT count(*)::int FROM runs WHERE root_task_id = $1 AND status NOT IN ('completed', 'failed', 'cancelled')) AS runs,
            (SELECT count(*)::int FROM (SELECT stream FROM events WHERE root_task_id = $1 GROUP BY stream HAVING max(seq) <> count(*)) AS gaps) AS gaps`,
    rootId,
  );
  const wrong = Object.entries(left ?? {}).filter(([, n]) => n !== 0);
  if (wrong.length > 0) throw new Error(`Left open: ${JSON.stringify(wrong)}`);
}
