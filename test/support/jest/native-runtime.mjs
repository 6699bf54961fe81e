import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { V8Coverage } from './v8-coverage.mjs';
import { forgetGlobals, importFor, setGlobals } from './own-modules.mjs';

const require = createRequire(import.meta.url);

// jest-circus keeps these on the global object, which here outlives the file.
const circusKeys = ['EVENT_HANDLERS', 'RETRY_TIMES', 'LOG_ERRORS_BEFORE_RETRY', 'TEST_TIMEOUT_SYMBOL'];
const [handlersKey, retryKey, logKey, timeoutKey] = circusKeys.map((name) => Symbol.for(name));

/** What of the `jest` object is in use here. There are no mocks. */
const jest = {
  setTimeout(ms) {
    globalThis[timeoutKey] = ms;
  },
  retryTimes(times, { logErrorsBeforeRetry = false } = {}) {
    globalThis[retryKey] = times;
    globalThis[logKey] = logErrorsBeforeRetry;
  },
};

let files = 0;

/**
 * Jest's `runtime` (an option of its configuration): what runs a test file. Jest's own gives each file a VM context with a module system of jest's and
 * loads every package anew there; this one uses the worker's realm and Node's modules (own-modules.mjs). It has what jest-runner and
 * jest-circus call.
 */
class NativeRuntime {
  #file = ++files;
  #coverage;

  /** Jest gives configuration, environment, resolver, transformer, sources and what is wanted of the coverage. */
  constructor(...given) {
    this.#coverage = new V8Coverage(given[5]);
  }

  /** jest-circus anew for each file, since its state is in its modules. */
  requireInternalModule(path) {
    delete require.cache[path];
    return require(path);
  }

  requireModule(path) {
    return require(path);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  unstable_importModule(path) {
    return importFor(this.#file, pathToFileURL(path).href);
  }

  setGlobalsForRuntime(globals) {
    setGlobals(this.#file, { ...globals, jest });
  }

  collectV8Coverage() {
    return this.#coverage.start();
  }

  stopCollectingV8Coverage() {
    return this.#coverage.stop();
  }

  getAllV8CoverageInfoCopy() {
    return this.#coverage.result;
  }

  /** Of code that instruments itself; ours does not. */
  getAllCoverageInfoCopy() {}

  /** Types are stripped in place: no maps. */
  getSourceMaps() {
    return new Map();
  }

  enterTestCode() {}

  leaveTestCode() {}

  teardown() {
    forgetGlobals(this.#file);
    for (const key of [handlersKey, retryKey, logKey, timeoutKey]) delete globalThis[key];
  }
}

// Jest requires it.
export { NativeRuntime as 'module.exports' };
