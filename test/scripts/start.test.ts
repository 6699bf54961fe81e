import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { startTimeOf } from '../../scripts/supervise/processes.mjs';
import { waitFor } from '../support/wait-for.ts';

/** The real product, from the command that people give, with a state folder of its own. The tests build on each other. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const stateFolder = mkdtempSync(join(tmpdir(), 'adjutant-start-'));
const starts: Start[] = [];

interface Start {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

interface Endpoints {
  page: string;
  api: string;
  temporalUi: string;
  pids: Record<string, number>;
}

function start(): Start {
  const { NODE_OPTIONS: _, npm_lifecycle_event: __, ...inherited } = process.env;
  // No key of this machine: the built-in model has to do.
  const env = {
    ...inherited,
    ADJUTANT_STATE: stateFolder,
    OPENAI_API_KEY: '',
    ANTHROPIC_API_KEY: '',
    NO_COLOR: '1',
  };
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const started = { child, output: () => output, ended };
  starts.push(started);
  return started;
}

async function untilReady({ child, output }: Start): Promise<void> {
  // The table that follows it is another write.
  const isReady = () => child.exitCode !== null || /Adjutant is ready[^]*Stop +Ctrl-C/.test(output());
  await waitFor(isReady, { what: 'the product to be ready', timeoutMs: 120_000 });
  expect(output()).toContain('Adjutant is ready');
}

const endpoints = (): Endpoints => JSON.parse(readFileSync(join(stateFolder, 'endpoints.json'), 'utf8'));
async function call<T>(
  path: string,
  init: { method?: string; body?: string | FormData; headers?: Record<string, string> } = {},
): Promise<T> {
  const key = readFileSync(join(stateFolder, 'owner.key'), 'utf8').trim();
  const headers = { ...init.headers, Authorization: `Bearer ${key}` };
  const answer = await fetch(`${endpoints().api}${path}`, { ...init, headers });
  expect([200, 201, 202]).toContain(answer.status);
  return (await answer.json()) as T;
}
const agents = async () =>
  (await call<{ items: { id: string }[] }>('/agents')).items.map(({ id }) => id).sort();

async function giveSampleGoal(): Promise<string> {
  const form = new FormData();
  const document = 'operations-report-q3-2026.pdf';
  form.append('files', new Blob([readFileSync(join(root, 'samples', document))]), document);
  const files = (await call<{ items: { id: string }[] }>('/files', { method: 'POST', body: form })).items;
  const goal = 'Write a one-page memo for the board: the three biggest risks, each with its source.';
  const body = JSON.stringify({ goal, files: files.map(({ id }) => id) });
  const headers = { 'Content-Type': 'application/json' };
  return (await call<{ id: string }>('/tasks', { method: 'POST', body, headers })).id;
}
const alive = (pids: number[]) => pids.filter((pid) => startTimeOf(pid));

afterAll(async () => {
  for (const { child, ended } of starts) {
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(stateFolder, { recursive: true, force: true });
});

describe('npm start', () => {
  let first: Start;
  let before: string[];

  test('brings up the whole product and says where it is', async () => {
    first = start();
    await untilReady(first);
    expect(first.output()).toMatch(/Page +http:\/\/\S+\/sign-in#\S+/);
    expect(first.output()).toMatch(/API reference +http:\/\/\S+\/docs/);
    const { page, temporalUi, pids } = endpoints();
    for (const url of [page, temporalUi, `${page}/docs`, `${page}/readyz`])
      expect((await fetch(url)).status).toBe(200);
    expect(Object.keys(pids).sort()).toEqual(['api', 'llama', 'postgres', 'redis', 'temporal', 'worker-1']);
    for (const name of ['endpoints.json', 'owner.key', 'secret.key', 'servers.key']) {
      expect(statSync(join(stateFolder, name)).mode & 0o777).toBe(0o600);
    }
    before = await agents();
    expect(before.length).toBeGreaterThanOrEqual(5);
  }, 180_000);

  test('a second one prints the addresses of the first and ends well', async () => {
    const second = start();
    expect(await second.ended).toBe(0);
    expect(second.output()).toContain('running here already');
    expect(second.output()).toContain(`${endpoints().page}/sign-in#`);
  }, 30_000);

  test('a part that was killed comes back, and the endpoints name its new process', async () => {
    const { api } = endpoints().pids;
    process.kill(api!, 'SIGKILL');
    await waitFor(() => endpoints().pids.api !== api && alive([endpoints().pids.api!]).length === 1, {
      what: 'the API to be back',
      timeoutMs: 20_000,
    });
    expect(await agents()).toEqual(before);
  }, 30_000);

  test('kill -9 leaves nothing alive, and the next start has everything again', async () => {
    const pids = Object.values(endpoints().pids);
    first.child.kill('SIGKILL');
    await first.ended;
    await waitFor(() => alive(pids).length === 0, { what: 'all to be gone', timeoutMs: 30_000 });
    await untilReady(start());
    expect(await agents()).toEqual(before);
  }, 90_000);

  test('kill -9 of everything in mid-task: the next start ends the task', async () => {
    const task = await giveSampleGoal();
    const children = async () => (await call<{ children: unknown[] }>(`/tasks/${task}/tree`)).children.length;
    await waitFor(async () => (await children()) > 0, { what: 'the first step to begin', timeoutMs: 60_000 });
    const running = starts.at(-1)!;
    for (const pid of [running.child.pid!, ...Object.values(endpoints().pids)]) process.kill(pid, 'SIGKILL');
    await running.ended;
    await untilReady(start());
    const ended = async () => {
      const { status, result } = await call<{ status: string; result: unknown }>(`/tasks/${task}`);
      return ['completed', 'failed', 'cancelled'].includes(status) && { status, result };
    };
    const { status, result } = await waitFor(ended, {
      what: 'the task to end',
      timeoutMs: 180_000,
      everyMs: 500,
    });
    expect(status).toBe('completed');
    expect(result).toMatchObject({ markdown: expect.stringContaining('risk') });
  }, 360_000);

  test('Ctrl-C stops all in order and ends well', async () => {
    const running = starts.at(-1)!;
    const pids = Object.values(endpoints().pids);
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(0);
    expect(running.output()).toContain('Stopped.');
    expect(alive(pids)).toEqual([]);
    expect(() => endpoints()).toThrow();
  }, 60_000);
});
