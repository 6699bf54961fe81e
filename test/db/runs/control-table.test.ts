import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { cancelRun } from '../../../src/commands/cancel-run.ts';
import { editStep } from '../../../src/commands/edit-step.ts';
import { pauseRun } from '../../../src/commands/pause-run.ts';
import { resumeRun } from '../../../src/commands/resume-run.ts';
import { retryRun } from '../../../src/commands/retry-run.ts';
import { RunStatus, type StepStatus } from '../../../src/contracts/status.ts';
import type { Tx } from '../../../src/db/record.ts';
import { agent, openRunDesk, type RunDesk, set } from './support.ts';

/**
 * The tables of docs/workflows.md: each control is given in each state, and what happens is written down. A test compares; with
 * ADJUTANT_RECORD=1 the page is written.
 */
const page = fileURLToPath(new URL('../../../docs/workflows.md', import.meta.url));
// biome-ignore lint/style/noProcessEnv: a switch for a person, not a setting of the product
const recording = process.env.ADJUTANT_RECORD === '1';

let desk: RunDesk;
beforeAll(async () => {
  desk = await openRunDesk();
}, 60_000);

const work = agent('work');
const wait = { id: 'wait', kind: 'wait', with: { for: 'P1D' } };
const broken = set('broken', { n: 'inputs.list[5]' });
const apply = (control: keyof typeof controls, runId: string) =>
  desk.inside((tx) => controls[control](tx, runId));

const controls: Record<'pause' | 'resume' | 'cancel' | 'retry', (tx: Tx, runId: string) => Promise<unknown>> =
  {
    pause: (tx, runId) => pauseRun(tx, desk.caller, { runId }),
    resume: (tx, runId) => resumeRun(tx, desk.caller, { runId }),
    cancel: (tx, runId) => cancelRun(tx, desk.caller, { runId }),
    retry: (tx, runId) => retryRun(tx, desk.caller, { runId }),
  };

/** A run in each state, come there by itself. */
const runs: Record<RunStatus, () => Promise<string>> = {
  pending: () => desk.begin({ steps: [work] }),
  running: async () => looked(await desk.begin({ steps: [work] })),
  waiting: async () => looked(await desk.begin({ steps: [wait] })),
  paused: async () => {
    const id = await runs.running();
    await apply('pause', id);
    return id;
  },
  completed: async () => looked(await desk.begin({ steps: [set('a')] })),
  failed: async () => looked(await desk.begin({ steps: [broken] }, { list: [] })),
  cancelled: async () => {
    const id = await runs.running();
    await apply('cancel', id);
    return looked(id);
  },
};

/** What its Temporal workflow and those of its tasks would do now: look, until nothing changes. No model call is answered. */
async function looked(runId: string): Promise<string> {
  for (let n = 0; n < 3; n += 1) {
    await desk.stand(runId);
    for (const { taskId } of (await desk.steps(runId)).values()) if (taskId) await desk.look(taskId);
  }
  return runId;
}

async function eventsAfter(runId: string, seq: number): Promise<string[]> {
  const rows = await desk.rows<{ type: string }>(
    'SELECT type FROM events WHERE stream = $1 AND seq > $2 ORDER BY seq',
    `run/${runId}`,
    seq,
  );
  return rows.map(({ type }) => `\`${type}\``);
}

async function lastSeq(runId: string): Promise<number> {
  const [row] = await desk.rows<{ seq: number }>(
    'SELECT coalesce(max(seq), 0)::int AS seq FROM events WHERE stream = $1',
    `run/${runId}`,
  );
  return row?.seq ?? 0;
}

const refusal = (error: unknown) => `refused: \`${(error as { code?: string }).code ?? String(error)}\``;

async function runTable(): Promise<string> {
  const lines = [
    '| Control | Run before | Right after | Then | Events on `run/{id}` |',
    '| --- | --- | --- | --- | --- |',
  ];
  for (const control of Object.keys(controls) as (keyof typeof controls)[])
    for (const before of RunStatus.options) {
      const id = await runs[before]();
      expect((await desk.run(id)).status).toBe(before);
      const seq = await lastSeq(id);
      const refused = await apply(control, id).then(() => null, refusal);
      const after = (await desk.run(id)).status;
      if (refused) {
        expect([after, await eventsAfter(id, seq)]).toEqual([before, []]);
        lines.push(`| ${control} | ${before} | ${refused} | ${before} | |`);
        continue;
      }
      await looked(id);
      const then = (await desk.run(id)).status;
      lines.push(
        `| ${control} | ${before} | ${after} | ${then} | ${(await eventsAfter(id, seq)).join(', ')} |`,
      );
    }
  return lines.join('\n');
}

/** A step in each state, in a run that goes on. */
const steps: Partial<Record<StepStatus, () => Promise<[runId: string, key: string]>>> = {
  pending: async () => [
    await looked(await desk.begin({ steps: [wait, agent('next', {}, { dependsOn: ['wait'] })] })),
    'next',
  ],
  in_progress: async () => [await runs.running(), 'work'],
  waiting: async () => [await runs.waiting(), 'wait'],
  completed: async () => [await looked(await desk.begin({ steps: [set('a'), wait] })), 'a'],
  failed: async () => [
    await looked(await desk.begin({ steps: [{ ...broken, onError: 'continue' }, wait] }, { list: [] })),
    'broken',
  ],
  skipped: async () => [
    await looked(await desk.begin({ steps: [set('a', { n: '1' }, { if: 'false' }), wait] })),
    'a',
  ],
};
const changes = { wait: { with: { for: 'P2D' } }, other: { with: { goal: 'Otherwise.' } } };

async function stepTable(): Promise<string> {
  const lines = [
    '| Step before | Changed: right after | Then | Events on `run/{id}` |',
    '| --- | --- | --- | --- |',
  ];
  for (const [before, begin] of Object.entries(steps)) {
    const [runId, key] = await begin();
    const statusOf = async () => (await desk.steps(runId)).get(key)?.status;
    expect(await statusOf()).toBe(before);
    const seq = await lastSeq(runId);
    const change =
      key === 'wait'
        ? changes.wait
        : key === 'next' || key === 'work'
          ? changes.other
          : { with: { values: { n: '2' } } };
    const edit = (tx: Tx) =>
      editStep(tx, desk.caller, { runId, stepId: key, changes: change, ifMatch: null });
    const refused = await desk.inside(edit).then(() => null, refusal);
    const after = refused ?? (await statusOf());
    await looked(runId);
    lines.push(
      `| ${before} | ${after} | ${await statusOf()} | ${(await eventsAfter(runId, seq)).join(', ')} |`,
    );
  }
  return lines.join('\n');
}

async function compare(name: string, table: string): Promise<void> {
  const text = await readFile(page, 'utf8');
  const place = new RegExp(`(<!-- ${name}: generated -->\\n\\n)[^]*?(\\n\\n<!-- end -->)`);
  expect(text).toMatch(place);
  if (recording) await writeFile(page, text.replace(place, `$1${table}$2`));
  else expect(place.exec(text)?.[0]).toContain(table);
}

test('the guide’s table of controls says what each does in each state of a run', async () => {
  await compare('controls', await runTable());
}, 60_000);

test('the guide’s table of changed steps says in which states a step can be changed', async () => {
  await compare('changed steps', await stepTable());
}, 60_000);
