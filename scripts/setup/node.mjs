import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.mjs';
import { SetupProblem } from './problem.mjs';

const oldestForSetup = 20;
/** Runs TypeScript sources directly, without a flag. */
const runsSources = ([major, minor]) => major > 22 || (major === 22 && minor >= 18);
const numbers = (version) => version.replace(/^v/, '').split('.').map(Number);

/** @throws SetupProblem when this Node is too old even for the set-up */
export function checkNode(version = process.version) {
  if (numbers(version)[0] >= oldestForSetup) return;
  throw new SetupProblem(
    `Node ${oldestForSetup} or newer is needed, this is ${version}: install it from your system or with a version manager.`,
  );
}

let chosen;

/** @returns the Node that the product runs on: the one that comes as a package, else this one if it is new enough */
export function nodeForChildren() {
  chosen ??= choose();
  return chosen;
}

function choose() {
  const packaged = join(root, 'node_modules/.bin/node');
  if (existsSync(packaged) && spawnSync(packaged, ['--version']).status === 0) return packaged;
  if (runsSources(numbers(process.version))) return process.execPath;
  throw new SetupProblem(
    `There is no packaged Node for this machine and ${process.version} cannot run the product: install Node 24 and start again.`,
  );
}

/** Compiled code is kept between starts: that is a good part of a second for each process. */
export function compiledCodeEnvironment() {
  const folder = join(root, 'node_modules/.cache/compiled');
  mkdirSync(folder, { recursive: true });
  return { NODE_COMPILE_CACHE: folder };
}
