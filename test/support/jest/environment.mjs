import { TestEnvironment } from 'jest-environment-node';
import { childrenOf } from './children.mjs';

const closersKey = Symbol.for('adjutant.test.closers');

/**
 * The stack of closers of one test file. Whoever opens a thing pushes its closer (`closeLater`); after the file's own
 * `afterAll` hooks they run last-in first-out, and what goes wrong there, or a child process that is still alive
 * then, fails the file.
 */
export default class AdjutantEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global[closersKey] = [];
    this.childrenBefore = new Set(childrenOf(process.pid).map((child) => child.pid));
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
