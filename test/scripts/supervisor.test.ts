import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { stopLeftovers } from '../../scripts/supervise/leftovers.mjs';
import { startTimeOf } from '../../scripts/supervise/processes.mjs';
import { createSupervisor } from '../../scripts/supervise/supervisor.mjs';
import { closeLater } from '../support/close-later.ts';
import { freePort } from '../support/servers/free-port.ts';
import { waitFor } from '../support/wait-for.ts';
import { standIn } from './stand-in/table.mjs';

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'adjutant-supervisor-'));
  closeLater('the state folder', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function supervised() {
  const stateFolder = emptyFolder();
  const lines: string[] = [];
  const givenUp: string[] = [];
  const changes: Record<string, number>[] = [];
  const supervisor = createSupervisor({
    stateFolder,
    say: (line: string) => lines.push(line),
    onChange: () => changes.push(supervisor.pids()),
    onGivenUp: (message: string) => givenUp.push(message),
  });
  closeLater('the supervisor', () => supervisor.stop());
  return { stateFolder, supervisor, lines, givenUp, changes };
}

const ask = (port: number, path = '/') =>
  fetch(`http://127.0.0.1:${port}${path}`).then((answer) => answer.text());

describe('a child that dies', () => {
  test('is started again within three seconds, and a line says so', async () => {
    const { stateFolder, supervisor, lines, changes } = supervised();
    const port = await freePort();
    await supervisor.start(standIn({ stateFolder, name: 'desk', port, title: 'The desk' }));
    const before = supervisor.pids().desk;
    const died = Date.now();
    process.kill(before, 'SIGKILL');
    await waitFor(() => changes.length === 1, { what: 'the child to be back' });
    expect(Date.now() - died).toBeLessThan(3000);
    expect(await ask(port)).toBe('desk');
    expect(changes[0]?.desk).not.toBe(before);
    expect(lines[0]).toBe('The desk ended (SIGKILL); starting it again');
    expect(lines[1]).toMatch(/^The desk is back after \d\.\d s$/);
  });

  test('five times in a minute is given up with its last words', async () => {
    const { stateFolder, supervisor, lines, givenUp } = supervised();
    const port = await freePort();
    await supervisor.start(standIn({ stateFolder, name: 'desk', port }));
    for (let death = 1; death <= 5; death += 1) {
      await waitFor(() => ask(port), { what: `life ${death}` });
      await waitFor(() => lines.filter((line) => line.includes('is back')).length === death - 1, {
        what: 'the line',
      });
      await ask(port, '/die').catch(() => {});
    }
    await waitFor(() => givenUp.length > 0, { what: 'the supervisor to give up' });
    expect(givenUp[0]).toContain('desk ended 5 times in a minute');
    expect(givenUp[0]).toContain('the last words of desk');
  });

  test('does not come back while all is being stopped', async () => {
    const { stateFolder, supervisor, lines } = supervised();
    const [first, second] = [await freePort(), await freePort()];
    await supervisor.start(standIn({ stateFolder, name: 'first', port: first, order: 1 }));
    await supervisor.start(standIn({ stateFolder, name: 'second', port: second, order: 2 }));
    const { second: pid } = supervisor.pids();
    const stopped = supervisor.stop();
    process.kill(pid, 'SIGKILL');
    await stopped;
    expect(lines).toEqual([]);
    await expect(ask(second)).rejects.toThrow();
  });
});

test('all are stopped in the order of the table, and asked nicely', async () => {
  const { stateFolder, supervisor } = supervised();
  for (const [order, name] of [
    [3, 'database'],
    [1, 'api'],
    [2, 'worker'],
  ] as const) {
    await supervisor.start(standIn({ stateFolder, name, port: await freePort(), order }));
  }
  await supervisor.stop();
  expect(readFileSync(join(stateFolder, 'stopped.txt'), 'utf8')).toBe('api\nworker\ndatabase\n');
});

test('a child that cannot bind at its start gets the next port', async () => {
  const { stateFolder, supervisor } = supervised();
  const taken = createServer((socket) => socket.destroy());
  let port = await freePort();
  await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
  closeLater('the other server', () => new Promise((resolve) => taken.close(resolve)));
  const free = await freePort();
  const takeNextPort = async () => {
    port = free;
  };
  await supervisor.start(standIn({ stateFolder, name: 'desk', port: () => port, takeNextPort }));
  expect(await ask(free)).toBe('desk');
});

test('a child that does not start is an error with the end of its log', async () => {
  const { stateFolder, supervisor } = supervised();
  const launch = () => ({
    command: process.execPath,
    args: ['-e', 'console.log("no luck"); process.exit(7)'],
    cwd: stateFolder,
  });
  const start = supervisor.start(standIn({ stateFolder, name: 'desk', port: 1, launch }));
  await expect(start).rejects.toThrow(/desk did not start \(exit code 7\)[^]*no luck/);
});

describe('after kill -9 of the supervisor', () => {
  async function startAndKill({ guardianToo = false } = {}) {
    const stateFolder = emptyFolder();
    const ports = [await freePort(), await freePort()];
    const script = fileURLToPath(new URL('./stand-in/supervisor.mjs', import.meta.url));
    const env = { ...process.env, NODE_OPTIONS: '' };
    const child = spawn(process.execPath, [script, stateFolder, ...ports.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env,
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const { guardian, ...pids }: { guardian: number; [role: string]: number } = await new Promise(
      (resolve) => {
        child.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString())));
      },
    );
    if (guardianToo) process.kill(guardian, 'SIGKILL');
    child.kill('SIGKILL');
    await ended;
    return { stateFolder, pids: Object.values(pids) };
  }
  const living = (pids: number[]) => pids.filter((pid) => startTimeOf(pid));

  test('nothing lives on: the guardian stops all in order', async () => {
    const { stateFolder, pids } = await startAndKill();
    await waitFor(() => living(pids).length === 0, { what: 'the children to be gone' });
    expect(readFileSync(join(stateFolder, 'stopped.txt'), 'utf8')).toBe('part-0\npart-1\n');
  });

  test('what a killed guardian left is stopped by the next start', async () => {
    const { stateFolder, pids } = await startAndKill({ guardianToo: true });
    expect(living(pids)).toHaveLength(2);
    expect((await stopLeftovers(stateFolder)).sort()).toEqual(['part-0', 'part-1']);
    expect(living(pids)).toEqual([]);
  });

  test('a process that only has the same number is left alone', async () => {
    const stateFolder = emptyFolder();
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      cwd: tmpdir(),
      env: {},
    });
    const ended = new Promise((resolve) => stranger.once('close', resolve));
    closeLater('the stranger', () => stranger.kill() && ended);
    const record = { role: 'desk', pid: stranger.pid, signal: 'SIGTERM', graceMs: 1000, order: 1 };
    const startTime = startTimeOf(stranger.pid);
    const notes = [
      { ...record, startTime: 'another time', cwd: tmpdir() },
      { ...record, startTime, cwd: stateFolder },
    ];
    for (const note of notes) {
      writeFileSync(join(stateFolder, 'pids.json'), JSON.stringify([note]));
      expect(await stopLeftovers(stateFolder)).toEqual([]);
    }
    expect(startTimeOf(stranger.pid)).toBe(startTime);
  });
});
