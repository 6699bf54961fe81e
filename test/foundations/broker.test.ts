import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { waitFor } from '../support/wait-for.ts';

/** A process that does what jest does: the set-up, then one test that asks for servers. */
const runner = `
  const { default: setUp } = await import('./jest/global-setup.mjs');
  await setUp();
  const { askBroker } = await import('./servers/broker-client.ts');
  const redis = await askBroker('/redis', {});
  const postgres = await askBroker('/postgres', { version: 18 });
  console.log(JSON.stringify({ ports: [redis.port, Number(new URL(postgres.url).port)], socket: process.env.ADJUTANT_TEST_BROKER }));
  setInterval(() => {}, 1000);
`;

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

test('no server outlives jest, even when jest is killed', async () => {
  const jest = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', runner],
    {
      cwd: fileURLToPath(new URL('../support/', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  let said = '';
  jest.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  await waitFor(() => said.includes('\n'), { what: 'the servers', timeoutMs: 20_000 });
  const { ports, socket } = JSON.parse(said) as { ports: number[]; socket: string };
  expect(await Promise.all(ports.map(answers))).toEqual([true, true]);

  jest.kill('SIGKILL');
  await waitFor(async () => (await Promise.all(ports.map(answers))).every((up) => !up), {
    what: 'the end of both servers',
  });
  await waitFor(() => !existsSync(dirname(socket)), { what: 'the end of their folder' });
});
