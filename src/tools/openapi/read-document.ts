/** An OpenAPI 3 document as tools. Everything that is wrong with the chosen operations is told at once, each with its place. */
import { parseDocument } from 'yaml';
import type { FoundTool } from '../../contracts/tool-server.ts';
import type { Problem } from '../../errors.ts';
import { toolServerLimits } from '../../core/tool-servers.ts';
import { asDraft } from './inline-schema.ts';
import { nameOf, type Place, readOperation } from './read-operation.ts';

/** `own`: the place is in the wish, not in the document. */
export type DocumentProblem = Problem & { own?: string };
export type ReadDocument = { tools: FoundTool[]; baseUrl: string } | { problems: DocumentProblem[] };

export interface DocumentWish {
  /** By operationId or `GET /path`; null: all. */
  operations: readonly string[] | null;
  /** Empty: the document's first server. */
  baseUrl: string;
  /** Where the document came from. */
  url: string | null;
}

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete'];
const mostProblems = 100;

export function readDocument(given: unknown, wish: DocumentWish): ReadDocument {
  const parsed = typeof given === 'string' ? parseText(given) : { value: given };
  if ('problems' in parsed) return parsed;
  const document = asDraft(parsed.value);
  if (!document) return one('', 'invalid', 'It is no object.');
  if (typeof document.openapi !== 'string' || !/^3\.[01]\./.test(document.openapi))
    return one('/openapi', 'unsupported', 'Only OpenAPI 3.0 and 3.1 can be read.');
  if (!asDraft(document.paths)) return one('/paths', 'required', 'It has no paths.');
  const { chosen, problems } = choose(placesOf(document), wish.operations);
  const tools: FoundTool[] = [];
  for (const place of chosen) {
    const read = readOperation(place);
    if ('problems' in read) problems.push(...read.problems);
    else if (tools.some(({ name }) => name === read.tool.name))
      problems.push({
        pointer: '/paths',
        code: 'duplicate_name',
        message: `Two operations come to the name "${read.tool.name}".`,
      });
    else tools.push(read.tool);
  }
  const base = baseUrlOf(document, wish);
  if ('problem' in base) problems.push(base.problem);
  if (problems.length > 0 || 'problem' in base) return { problems: problems.slice(0, mostProblems) };
  return { tools, baseUrl: base.baseUrl };
}

function one(pointer: string, code: string, message: string): { problems: DocumentProblem[] } {
  return { problems: [{ pointer, code, message }] };
}

/** JSON is YAML too. Aliases are capped, so that a small document cannot grow without end. */
function parseText(text: string): { value: unknown } | { problems: DocumentProblem[] } {
  try {
    const document = parseDocument(text, { prettyErrors: true, logLevel: 'silent' });
    const { errors } = document;
    if (errors.length > 0)
      return {
        problems: errors.slice(0, 20).map(({ message }) => ({ pointer: '', code: 'malformed', message })),
      };
    return { value: document.toJS({ maxAliasCount: 1_000 }) as unknown };
  } catch (error) {
    return one('', 'malformed', error instanceof Error ? error.message : String(error));
  }
}

function placesOf(document: Record<string, unknown>): Place[] {
  return Object.entries(asDraft(document.paths) ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method): Place[] => {
      const operation = asDraft(asDraft(item)?.[method]);
      return operation ? [{ document, path, method, shared: asDraft(item)?.parameters, operation }] : [];
    }),
  );
}

function choose(
  places: Place[],
  wished: readonly string[] | null,
): { chosen: Place[]; problems: DocumentProblem[] } {
  if (wished === null) {
    const most = toolServerLimits.tools;
    if (places.length === 0) return { chosen: [], ...one('/paths', 'required', 'It has no operations.') };
    return places.length <= most
      ? { chosen: places, problems: [] }
      : {
          chosen: [],
          ...one('/paths', 'too_many', `It has ${places.length} operations; choose at most ${most} of them.`),
        };
  }
  const problems: DocumentProblem[] = [];
  const chosen = wished.flatMap((name, index) => {
    const found = places.find((place) => isCalled(place, name));
    if (!found)
      problems.push({
        pointer: '',
        own: `/operations/${index}`,
        code: 'not_found',
        message: `The document has no operation "${name}".`,
      });
    return found ? [found] : [];
  });
  return { chosen: [...new Set(chosen)], problems };
}

function isCalled(place: Place, name: string): boolean {
  const { operation, method, path } = place;
  return (
    operation.operationId === name || nameOf(place) === name || `${method.toUpperCase()} ${path}` === name
  );
}

function baseUrlOf(
  document: Record<string, unknown>,
  { baseUrl, url }: DocumentWish,
): { baseUrl: string } | { problem: DocumentProblem } {
  const [first] = Array.isArray(document.servers) ? document.servers : [];
  const server = asDraft(first);
  const template = typeof server?.url === 'string' ? server.url : url === null ? '' : '/';
  const filled = template.replace(/\{([^}]+)\}/g, (whole, name: string) => {
    const standard = asDraft(asDraft(server?.variables)?.[name])?.default;
    return typeof standard === 'string' ? standard : whole;
  });
  const given =
    baseUrl || (URL.canParse(filled, url ?? undefined) ? new URL(filled, url ?? undefined).href : '');
  if (/^https?:\/\/[^/]/.test(given) && URL.canParse(given)) return { baseUrl: given };
  const message = 'The document names no server that can be used: say where the API is.';
  return { problem: { pointer: '/servers', own: '/baseUrl', code: 'required', message } };
}
