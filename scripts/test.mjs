import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { buildPart, partNames } from './build/parts.mjs';
import { root } from './paths.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { endWith, explain } from './setup/end.mjs';
import { checkNode, compiledCodeEnvironment, nodeForChildren } from './setup/node.mjs';
import { ensureTools, toolEnvironment } from './setup/tools.mjs';
import { bold, done, fail, say, since } from './terminal.mjs';

/**
 * `npm test`: all set-up, then types, lint, import table, format and every test. All parts run even if one fails. What is given
 * after `--` goes to jest, and then the other checks are left out: `npm test -- test/core -t gapless`.
 */
const jestArguments = process.argv.slice(2);
const rooms = ['src', 'workflows', 'activities', 'workers', 'client', 'web'];
const checks = [
  ['types', 'node_modules/typescript/bin/tsc', ['--noEmit']],
  ['types of the page', 'node_modules/typescript/bin/tsc', ['--noEmit', '-p', 'web']],
  ['lint', 'node_modules/oxlint/bin/oxlint', []],
  [
    'import table',
    'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    ['--config', '.dependency-cruiser.cjs', ...rooms],
  ],
  ['format', 'node_modules/@biomejs/biome/bin/biome', ['check', '.']],
];
const jestEnvironment = {
  NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
  // Its workers load our modules anew for each file: each time would be kept.
  NODE_DISABLE_COMPILE_CACHE: '1',
};
const times = [];
let broken = false;

try {
  const from = Date.now();
  checkNode();
  say(bold('Set-up'));
  await ensureDependencies();
  const [tools] = await Promise.all([ensureTools(), ...partNames.map((name) => build(name))]);
  times.push(['set-up', since(from)]);
  if (jestArguments.length === 0) {
    say(bold('Checks'));
    for (const [title, program, args] of checks) await check(title, program, args);
  }
  say(bold('Tests'));
  const environment = { ...jestEnvironment, ...compiledCodeEnvironment(), ...toolEnvironment(tools) };
  const counts = await jest(environment);
  say(`\n${times.map(([title, time]) => `${title} ${time}`).join(' · ')} · all ${since(from)}`);
  if (counts) say(counts);
  process.exitCode = broken ? 1 : 0;
} catch (error) {
  endWith(error);
}

/** What cannot be built breaks the run, but the tests that do without are still worth seeing. */
async function build(name) {
  try {
    await buildPart(name);
  } catch (error) {
    explain(error);
    broken = true;
  }
}

async function check(title, program, args) {
  const from = Date.now();
  const { code, lines } = await runPart(program, args);
  times.push([title, since(from)]);
  if (code === 0) return done(`${title}, ${since(from)}`);
  broken = true;
  for (const line of lines) say(line);
  fail(`${title}, ${since(from)}`);
}

/** @returns the line that counts passed and failed, held back so that it is the last one of all */
async function jest(env) {
  const from = Date.now();
  let counts;
  const onLine = (line) => {
    if (/^\d+ passed, \d+ failed/.test(line)) counts = line;
    else say(line);
  };
  const { code } = await runPart('node_modules/jest/bin/jest.js', jestArguments, { env, onLine });
  times.push(['tests', since(from)]);
  // Jest's own exit code is 0 now and then although tests failed in its workers: the tally decides.
  if (code !== 0 || !counts || !/^\d+ passed, 0 failed/.test(counts)) broken = true;
  return counts;
}

function runPart(program, args, { env = {}, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', 'pipe', onLine ? 'inherit' : 'pipe'];
    const colours = process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : {};
    // `npx` and tools that start others must find the packaged Node first, as under npm.
    const PATH = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
    const child = spawn(nodeForChildren(), [program, ...args], {
      cwd: root,
      stdio,
      env: { ...process.env, PATH, ...colours, ...env },
    });
    const lines = [];
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', onLine ?? ((line) => lines.push(line)));
    }
    // A terminal tells the whole group; a signal to this process alone has to be passed on.
    const stop = () => child.kill('SIGTERM');
    for (const signal of ['SIGTERM', 'SIGHUP']) process.once(signal, stop);
    child.on('error', reject);
    child.on('close', (code) => {
      for (const signal of ['SIGTERM', 'SIGHUP']) process.removeListener(signal, stop);
      resolve({ code, lines });
    });
  });
}
