import { chmodSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { stateFolder } from './paths.mjs';
import { readEndpoints, removeEndpoints, writeEndpoints } from './product/endpoints.mjs';
import { startProduct } from './product/start-product.mjs';
import { showRunning, showTable } from './product/table.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { explain } from './setup/end.mjs';
import { checkNode } from './setup/node.mjs';
import { stopLeftovers } from './supervise/leftovers.mjs';
import { acquireLock } from './supervise/lock.mjs';
import { parentOf } from './supervise/processes.mjs';
import { createSupervisor } from './supervise/supervisor.mjs';
import { bold, say, since, warn } from './terminal.mjs';

/** `npm start`: all set-up, then the whole product on this machine, until Ctrl-C. */
const from = Date.now();
let lock;
let supervisor;
let ending;
let asked = 0;

try {
  checkNode();
  // Root's folder is enterable, not readable: the user that runs PostgreSQL has to get to its data. Secrets have modes of their own.
  mkdirSync(stateFolder, { recursive: true });
  chmodSync(stateFolder, userInfo().uid === 0 ? 0o711 : 0o700);
  lock = acquireLock(join(stateFolder, 'lock'));
  if (lock.holder) await showRunning(lock.holder, await readEndpoints(stateFolder));
  else await start();
} catch (error) {
  if (!ending) {
    explain(error);
    await end(1);
  }
}

async function start() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
  endWithNpm();
  say(bold('Adjutant is starting'));
  removeEndpoints(stateFolder);
  const [leftovers] = await Promise.all([stopLeftovers(stateFolder), ensureDependencies()]);
  if (leftovers.length > 0) warn(`Stopped what an earlier start had left: ${leftovers.join(', ')}`);
  let endpoints;
  const publish = () => endpoints && writeEndpoints(stateFolder, { ...endpoints(), pids: supervisor.pids() });
  supervisor = createSupervisor({
    stateFolder,
    say: warn,
    onChange: publish,
    onGivenUp: (message) => {
      say();
      warn(`Stopping everything: ${message}`);
      void end(1);
    },
  });
  const product = await startProduct({ stateFolder, supervisor });
  endpoints = product.endpoints;
  await publish();
  showTable({ ...endpoints(), page: product.signInLink }, since(from));
}

function onSignal() {
  // One Ctrl-C arrives twice, from the terminal and from npm. A second one by hand, later, means "at once".
  if (asked > 0 && Date.now() - asked < 1000) return;
  if (asked === 0) say('\nStopping: page and API, workers, model, Temporal, Redis, PostgreSQL');
  else void supervisor?.stop({ hurry: true });
  asked = Date.now();
  void end(0);
}

async function end(code) {
  if (ending) return ending;
  ending = (async () => {
    if (lock && !lock.holder) removeEndpoints(stateFolder);
    await supervisor?.stop();
    lock?.release();
    if (asked) say('Stopped.');
    process.exit(code);
  })();
  return ending;
}

/** When npm is killed outright it passes nothing on: it is our parent, or with a shell between us our parent's. */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  setInterval(() => {
    if (process.ppid !== shell || parentOf(shell) !== npm) void end(0);
  }, 1000).unref();
}
