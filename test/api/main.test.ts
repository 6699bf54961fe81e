import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Session } from '../../src/contracts/principal.ts';
import { closeLater } from '../support/close-later.ts';
import { createTestDatabase } from '../support/database.ts';
import { testRedis } from '../support/redis.ts';
import { freePort } from '../support/servers/free-port.ts';
import { waitFor } from '../support/wait-for.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Running {
  child: ChildProcess;
  url: string;
  log: () => string;
}

let environment: Record<string, string>;
let databaseUrl: string;
beforeAll(async () => {
  const folder = await temporaryFolder('main');
  await mkdir(join(folder, 'web/assets'), { recursive: true });
  await writeFile(join(folder, 'web/index.html'), '<!doctype html><title>Adjutant</title>');
  await writeFile(join(folder, 'web/assets/app-1a2b3c4d.js'), 'export {};');
  databaseUrl = (await createTestDatabase()).url;
  environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: (await testRedis()).url,
    // Nothing listens there: the API must not depend on Temporal being up.
    TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}`,
    TEMPORAL_UI_URL: 'http://127.0.0.1:8233',
    FILES_DIR: join(folder, 'files'),
    WEB_DIR: join(folder, 'web'),
    LLAMA_BASE_URL: `http://127.0.0.1:${await freePort()}/v1`,
  };
});

function program(
  script: string,
  env: Record<string, string>,
  args: string[] = [],
): { child: ChildProcess; log: () => string } {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', NODE_OPTIONS: '--disable-warning=ExperimentalWarning', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  closeLater(script, async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return { child, log: () => lines.join('') };
}

async function start(): Promise<Running> {
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const running = program('src/main.ts', { ...environment, PORT: port, PUBLIC_URL: url });
  await waitFor(
    async () => {
      if (running.child.exitCode !== null) throw new Error(running.log());
      return (await fetch(`${url}/readyz`)).status === 200;
    },
    { what: 'the API to be ready', timeoutMs: 20_000 },
  );
  return { ...running, url };
}

async function issue(args: string[], publicUrl: string): Promise<{ link: string; ownerKey: string | null }> {
  const { child, log } = program(
    'src/db/issue-link.ts',
    { DATABASE_URL: databaseUrl, PUBLIC_URL: publicUrl },
    args,
  );
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(log());
  return JSON.parse(log()) as { link: string; ownerKey: string | null };
}

describe('the API process', () => {
  test('serves the page, its files and its unknown paths', async () => {
    const { url } = await start();
    for (const path of ['/', '/tasks/tsk_01', '/sign-in']) {
      const page = await fetch(url + path, { headers: { accept: 'text/html' } });
      expect([path, page.status, page.headers.get('cache-control')]).toEqual([path, 200, 'no-cache']);
      expect(await page.text()).toContain('<title>Adjutant</title>');
    }
    const asset = await fetch(`${url}/assets/app-1a2b3c4d.js`);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await fetch(`${url}/assets/gone-1a2b3c4d.js`, { headers: { accept: 'text/html' } })).status).toBe(
      404,
    );
    expect((await fetch(`${url}/api/v2/nothing`, { headers: { accept: 'text/html' } })).status).toBe(404);
  });

  test('signs a browser in by the link that the program issues, and takes a goal without Temporal', async () => {
    const { url } = await start();
    const { link, ownerKey } = await issue(['--owner-key'], url);
    expect(link).toMatch(new RegExp(`^${url}/sign-in#[\\w-]{40,}$`));
    const signedIn = await fetch(`${url}/api/v2/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: new URL(link).hash.slice(1) }),
    });
    expect(signedIn.status).toBe(201);
    expect(((await signedIn.json()) as Session).role).toBe('owner');
    const task = await fetch(`${url}/api/v2/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ownerKey}` },
      body: JSON.stringify({ goal: 'Wait for Temporal' }),
    });
    expect(task.status).toBe(201);
    expect((await issue([], url)).ownerKey).toBeNull();
  });

  test('streams events over SSE as they happen, unheld by compression', async () => {
    const { url } = await start();
    const { ownerKey } = await issue(['--owner-key'], url);
    const headers = {
      authorization: `Bearer ${ownerKey}`,
      'content-type': 'application/json',
      'accept-encoding': 'gzip',
    };
    const leaving = new AbortController();
    const stream = await fetch(`${url}/api/v2/events`, { headers, signal: leaving.signal });
    expect([stream.status, stream.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    await fetch(`${url}/api/v2/tasks`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ goal: 'Stream me', title: 'Streamed' }),
    });
    let text = '';
    for await (const chunk of stream.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      if (text.includes('"title":"Streamed"')) break;
    }
    leaving.abort();
    expect(text).toContain('task.created');
  });

  test('ends in order on SIGTERM: not ready, streams ended, exit 0', async () => {
    const { url, child, log } = await start();
    const { ownerKey } = await issue(['--owner-key'], url);
    const stream = await fetch(`${url}/api/v2/events`, { headers: { authorization: `Bearer ${ownerKey}` } });
    const ended = stream.text();
    const begun = Date.now();
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect([code, Date.now() - begun < 10_000]).toEqual([0, true]);
    expect(await ended).toContain('event: going-away');
    expect(log()).toContain('The API has closed.');
  });

  test('says what is wrong with its environment, all at once', async () => {
    const { child, log } = program('src/main.ts', { PORT: 'many' });
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).not.toBe(0);
    for (const name of ['DATABASE_URL', 'REDIS_URL', 'TEMPORAL_ADDRESS', 'PORT'])
      expect(log()).toContain(name);
  });
});
