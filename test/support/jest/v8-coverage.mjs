import { Session } from 'node:inspector/promises';
import { matchesGlob, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What V8 counted while a test file ran, in jest's form, of the files that `collectCoverageFrom` names. */
export class V8Coverage {
  #session = new Session();
  #options;
  result = [];

  constructor(options) {
    this.#options = options;
  }

  async start() {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  async stop() {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    this.#session.disconnect();
    this.result = result
      .filter(({ url }) => url.startsWith('/')) // as own-modules.mjs names them
      .map((script) => ({ ...script, url: fileURLToPath(`file://${script.url}`) }))
      .filter(({ url }) => this.#isWanted(url))
      .map((script) => ({ result: script }));
  }

  #isWanted(path) {
    const { globalRootDir, collectCoverageFrom } = this.#options;
    return collectCoverageFrom.some((glob) => matchesGlob(relative(globalRootDir, path), glob));
  }
}
