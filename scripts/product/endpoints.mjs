import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeWhole } from '../setup/cache.mjs';

/** `.adjutant/endpoints.json`: for scripts, while the product runs. Readable by the owner only: it holds passwords. */
export const endpointsPath = (stateFolder) => join(stateFolder, 'endpoints.json');
export const readEndpoints = (stateFolder) => readJson(endpointsPath(stateFolder));
export const removeEndpoints = (stateFolder) => rmSync(endpointsPath(stateFolder), { force: true });

let writing = Promise.resolve();

/** One write after the other, so that the last one said is the one that stays. */
export function writeEndpoints(stateFolder, endpoints) {
  writing = writing
    .then(() => writeWhole(endpointsPath(stateFolder), `${JSON.stringify(endpoints, null, 2)}\n`))
    .catch(() => {});
  return writing;
}
