import { stripTypeScriptTypes } from 'node:module';

/**
 * Jest's transformer for `.ts`: Node's own type stripper, so a test runs exactly what production runs. Types become
 * white space, so lines and columns stay true without source maps.
 */
export default {
  process: (source, path) => ({ code: stripTypeScriptTypes(source, { mode: 'strip', sourceUrl: path }) }),
};
