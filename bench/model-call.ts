/**
 * Our part of a model call: the activity (claim, call, settle: assemble, reserve, journal, book, decide) beside the bare SDK with a
 * request of the same kind to the same scripted server, one after the other, in turns.
 *
 * npm run bench model-call -- [--calls 200]
 */
import { parseArgs } from 'node:util';
import { MockActivityEnvironment } from '@temporalio/testing';
import OpenAI from 'openai';
import type { JobInput, Standing } from '../src/contracts/corridor.ts';
import { cpuOf } from './support/cpu.ts';
import { heading, percentile, table } from './support/figures.ts';
import { type Desk, giveTask, openActivities, openDesk } from './support/desk.ts';
import { startModels } from './support/programs.ts';
import { model } from './support/sides.ts';
import { openStage } from './support/stage.ts';

const { values } = parseArgs({ options: { calls: { type: 'string', default: '200' } } });
const calls = Number(values.calls);

heading('Model calls');
const stage = await openStage('model-call');
try {
  const desk = await openDesk(stage);
  await oneByOne(desk);
} finally {
  await stage.close();
}

async function oneByOne(desk: Desk): Promise<void> {
  const models = await startModels(desk.stage);
  const ours = openActivities(desk, models.v1);
  const { callModel } = ours.models as { callModel(input: JobInput): Promise<unknown> };
  const { standTask } = ours.orchestrate as {
    standTask(look: object): Promise<Standing>;
  };
  const openai = new OpenAI({ apiKey: 'bench', baseURL: models.v1, maxRetries: 0 });
  const environment = new MockActivityEnvironment();
  const took: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  const used = { ours: { node: 0, postgres: 0 }, bare: { node: 0, postgres: 0 } };
  const processor = () => {
    const { user, system } = process.cpuUsage();
    return { node: (user + system) / 1000, postgres: cpuOf(desk.stage.pids()).postgres ?? 0 };
  };
  for (let n = -20; n < calls; n += 1) {
    const id = await giveTask(desk);
    const { workspaceId } = desk.caller;
    const look = { id, workspaceId, now: Date.now(), since: 0, lost: [], operations: false };
    const key = ((await environment.run(standTask, look)) as Standing).start[0]?.key ?? '';
    const before = processor();
    const whole = await timed(() => environment.run(callModel, { id, workspaceId, key, now: Date.now() }));
    const between = processor();
    const bare = await timed(() => bareCall(openai));
    if (n < 0) continue;
    const after = processor();
    for (const role of ['node', 'postgres'] as const) {
      used.ours[role] += between[role] - before[role];
      used.bare[role] += after[role] - between[role];
    }
    took.ours.push(whole);
    took.bare.push(bare);
  }
  reportOneByOne(took, used);
}

/** The same work for the model, without anything of ours. */
async function bareCall(openai: OpenAI): Promise<void> {
  const stream = openai.chat.completions.stream({
    model,
    messages: [
      { role: 'system', content: 'You are a writer.'.repeat(30) },
      { role: 'user', content: '# Task\n\nSay it in a sentence.' },
    ],
    stream_options: { include_usage: true },
  });
  await stream.finalChatCompletion();
}

interface Used {
  node: number;
  postgres: number;
}

function reportOneByOne(took: { ours: number[]; bare: number[] }, used: { ours: Used; bare: Used }): void {
  const part = took.ours.map((ms, n) => ms - (took.bare[n] ?? 0));
  const line = (name: string, times: number[]) => {
    const sorted = times.toSorted((a, b) => a - b);
    return [name, ...[50, 95, 99].map((p) => percentile(sorted, p).toFixed(1))];
  };
  console.log(`${calls} calls one after the other, milliseconds:\n`);
  table(
    ['', 'p50', 'p95', 'p99'],
    [line('whole call', took.ours), line('bare SDK', took.bare), line('our part', part)],
  );
  // What a busy machine does not blur.
  const each = (ms: number) => (ms / calls).toFixed(1);
  console.log('Processor milliseconds for each:\n');
  table(
    ['', 'this process', 'PostgreSQL'],
    (['ours', 'bare'] as const).map((side) => [side, each(used[side].node), each(used[side].postgres)]),
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
