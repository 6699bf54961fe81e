import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';

/**
 * How a test file's modules are loaded: by Node itself, as in production. Packages are loaded once per worker, which is most of what loading costs. Our
 * own modules are loaded anew for each test file, so that none sees what another left in them: the address of its first module ends in `?file=N`, and
 * what a module imports inherits that. `@jest/globals` is what jest made for the file.
 */
const root = new URL('../../../', import.meta.url).href;
const mark = /\?file=\d+$/;
const globalsAddress = 'jest-globals:';
const globalsKey = Symbol.for('adjutant.test.globals');
const globalsOf = (globalThis[globalsKey] = new Map());
const addresses = new Map();
const stripped = new Map();

// It is meant for this process (scripts/test.mjs); what a test starts is quicker with the cache.
delete process.env.NODE_DISABLE_COMPILE_CACHE;

/** Loads a module as the first one of a test file. */
export const importFor = (file, address) => import(`${address}?file=${file}`);

/** What `@jest/globals` gives to the modules of the file. */
export const setGlobals = (file, globals) => globalsOf.set(`?file=${file}`, globals);

export const forgetGlobals = (file) => globalsOf.delete(`?file=${file}`);

registerHooks({
  resolve(specifier, context, next) {
    const [file] = mark.exec(context.parentURL ?? '') ?? [];
    if (!file) return next(specifier, context);
    if (specifier === '@jest/globals') return { url: globalsAddress + file, shortCircuit: true };
    const from = context.parentURL.slice(0, -file.length);
    const known = addresses.get(`${from} ${specifier}`);
    if (known) return { url: known + file, shortCircuit: true };
    const resolved = next(specifier, context);
    if (!isOwn(resolved.url)) return resolved;
    addresses.set(`${from} ${specifier}`, resolved.url);
    return { ...resolved, url: resolved.url + file };
  },
  load(url, context, next) {
    const [file] = mark.exec(url) ?? [];
    if (!file) return next(url, context);
    const source = url.startsWith(globalsAddress) ? globalsSource(file) : codeAt(url.slice(0, -file.length));
    return { format: 'module', source, shortCircuit: true };
  },
});

function isOwn(url) {
  return url.startsWith(root) && !url.includes('/node_modules/') && /\.(ts|mjs)$/.test(url);
}

/** Types become white space, so lines and columns stay true; the comment at the end names the file to traces and to the coverage. */
function codeAt(address) {
  const url = new URL(address);
  const source = readFileSync(url, 'utf8');
  if (!address.endsWith('.ts')) return `${source}\n//# sourceURL=${url.pathname}`;
  const known = stripped.get(address);
  if (known?.source === source) return known.code;
  const code = stripTypeScriptTypes(source, { sourceUrl: url.pathname });
  stripped.set(address, { source, code });
  return code;
}

function globalsSource(file) {
  const names = Object.keys(globalsOf.get(file)).join(', ');
  return `export const { ${names} } = globalThis[Symbol.for('${globalsKey.description}')].get('${file}');`;
}
