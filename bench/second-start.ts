/**
 * A second `npm start`: how long from the command until everything is ready, when all is installed, built and migrated. A first start
 * in a new state folder is not measured. With the built-in model, which loads in that time too.
 *
 * npm run bench second-start -- [--times 5]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { heading, showSpread, spreadOf, table } from './support/figures.ts';
import { root } from './support/stage.ts';

const { values } = parseArgs({ options: { times: { type: 'string', default: '5' } } });
const goalSeconds = 8;

heading('A second npm start');
const stateFolder = mkdtempSync(join(tmpdir(), 'adjutant-bench-start-'));
try {
  await startAndStop();
  const seconds: number[] = [];
  for (let time = 0; time < Number(values.times); time += 1) seconds.push(await startAndStop());
  const spread = spreadOf(seconds);
  table(['', 'seconds', 'goal'], [['command to ready', showSpread(spread), `≤ ${goalSeconds}`]]);
  if (spread.median > goalSeconds) process.exitCode = 1;
} finally {
  rmSync(stateFolder, { recursive: true, force: true });
}

/** @returns seconds from the command to the line that says all is ready */
async function startAndStop(): Promise<number> {
  const from = performance.now();
  const env = { ...process.env, ADJUTANT_STATE: stateFolder, NO_COLOR: '1' };
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await saysReady(child);
  const seconds = (performance.now() - from) / 1000;
  child.kill('SIGINT');
  await ended;
  return seconds;
}

function saysReady({ stdout }: ChildProcess): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Adjutant is ready')) resolve();
    });
    stdout?.once('end', () => reject(new Error(`It ended before it was ready:\n${output}`)));
  });
}
