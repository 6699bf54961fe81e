import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

// Jest keeps what was transformed; a change of this file has to make it do that again.
const own = readFileSync(fileURLToPath(import.meta.url), 'utf8') + process.version;

/**
 * Jest's transformer for `.ts`: Node's own type stripper, so a test runs exactly what production runs. Types become
 * white space, so lines and columns stay true without source maps. Jest counts coverage only for `file:` addresses,
 * which ES modules do not get by themselves.
 */
export default {
  process: (source, path) => ({
    code: stripTypeScriptTypes(source, { mode: 'strip', sourceUrl: pathToFileURL(path).href }),
  }),
  getCacheKey: (source, path) => createHash('sha256').update(`${own}\0${path}\0${source}`).digest('hex'),
};
