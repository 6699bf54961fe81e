import { startRun } from '../../../src/commands/start-run.ts';
import { parseDefinition } from '../../../src/core/workflow/parse-definition.ts';
import type { RunRow } from '../../../src/db/mappings/run.ts';
import type { StepRow } from '../../../src/db/mappings/step.ts';
import { insertWorkflow } from '../../../src/db/workflow-store.ts';
import { type Desk, openDesk } from '../tasks/support.ts';
import type { PostgresVersion } from '../../support/database.ts';

type Raw = Record<string, unknown>;

export const set = (id: string, values: Raw = { n: '1' }, more: Raw = {}): Raw => ({
  id,
  kind: 'set',
  with: { values },
  ...more,
});
export const agent = (id: string, given: Raw = {}, more: Raw = {}): Raw => ({
  id,
  kind: 'agent',
  with: { goal: `Do ${id}.`, requires: [{ capability: 'weaving', level: 1 }], ...given },
  ...more,
});

/** Runs in the record alone; a test is their Temporal workflow and the activities of their tasks. */
export interface RunDesk extends Desk {
  begin(definition: Raw, inputs?: Raw): Promise<string>;
  stand(runId: string): ReturnType<Desk['tasks']['standRun']>;
  run(runId: string): Promise<RunRow>;
  steps(runId: string): Promise<Map<string, StepRow>>;
  /** Carries out a step's task: it is assigned, and its one call is made. */
  finish(runId: string, key: string, text?: string): Promise<void>;
  /** The same, and the run looks. */
  work(runId: string, key: string, text?: string): Promise<void>;
}

export async function openRunDesk(version: PostgresVersion = 18): Promise<RunDesk> {
  const desk = await openDesk(version);
  await desk.hire('weaving', 1000);
  const steps = async (runId: string) => {
    const rows = await desk.inside((tx) =>
      tx.sql<StepRow>('SELECT * FROM steps WHERE run_id = $1 ORDER BY key', [runId]),
    );
    return new Map(rows.map((row) => [row.key, row]));
  };
  const stand = (runId: string) => desk.tasks.standRun(desk.asker, runId);
  const finish: RunDesk['finish'] = async (runId, key, text = `${key} is done.`) => {
    const taskId = (await steps(runId)).get(key)?.taskId ?? '';
    const standing = await desk.look(taskId);
    const callKey = standing.start[0]?.key ?? '';
    const claim = await desk.claim(taskId, callKey);
    if (!('claimed' in claim)) throw new Error(`The call of ${key} was not claimed.`);
    await desk.settle(taskId, callKey, {
      try: claim.claimed.try,
      end: { as: 'settled', outcome: { text, toolCalls: [], stop: 'end' }, said: { text } },
    });
  };
  return {
    ...desk,
    steps,
    stand,
    finish,
    begin: (given, inputs = {}) =>
      desk.inside(async (tx) => {
        const { definition, problems } = parseDefinition({ name: 'test', ...given });
        if (!definition) throw new Error(JSON.stringify(problems));
        const { id: workflowId } = await insertWorkflow(tx, { definition, origin: 'person' });
        return (await startRun(tx, desk.caller, { workflowId, inputs })).id;
      }),
    run: async (runId) => {
      const [row] = await desk.inside((tx) => tx.sql<RunRow>('SELECT * FROM runs WHERE id = $1', [runId]));
      return row as RunRow;
    },
    work: async (runId, key, text) => {
      await finish(runId, key, text);
      await stand(runId);
    },
  };
}
