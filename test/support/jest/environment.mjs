import { childrenOf } from './children.mjs';
import { rememberProcess } from './process-state.mjs';

const closersKey = Symbol.for('adjutant.test.closers');

/**
 * A test file's place in its worker: the process and the realm that the next file gets too (native-runtime.mjs), put back as they were.
 *
 * It has the file's stack of closers. Whoever opens a thing pushes its closer (`closeLater`); after the file's own
 * `afterAll` hooks they run last-in first-out, and what goes wrong there, or a child process that is still alive
 * then, fails the file.
 */
export default class AdjutantEnvironment {
  global = globalThis;
  #putBack = rememberProcess();

  setup() {
    // Jest has put a formatter here that looks for source maps.
    Error.prepareStackTrace = undefined;
    this.global[closersKey] = [];
    this.childrenBefore = new Set(childrenOf(process.pid).map((child) => child.pid));
  }

  teardown() {
    this.#putBack();
  }

  /** Jest wants one, and no file has one. */
  getVmContext() {
    return null;
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  async handleTestEvent(event, state) {
    if (event.name !== 'run_finish') return;
    const closers = this.global[closersKey];
    while (closers.length > 0) {
      const { name, close } = closers.pop();
      try {
        await withDeadline(close(), `closing ${name}`);
      } catch (error) {
        state.unhandledErrors.push([error, error]);
      }
    }
    for (const child of await leftChildren(this.childrenBefore)) {
      const error = new Error(`This file left a process running: ${child.pid} ${child.command}`);
      state.unhandledErrors.push([error, error]);
    }
  }
}

async function withDeadline(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than 20 s`)), 20_000);
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A stopped child needs a moment until the kernel has forgotten it. */
async function leftChildren(before) {
  const left = () => childrenOf(process.pid).filter((child) => !before.has(child.pid));
  for (let tries = 0; tries < 40 && left().length > 0; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return left();
}
