import type { FoundTool, OperationCall } from '../../contracts/tool-server.ts';
import type { Problem } from '../../errors.ts';
import { problemOfTool, toolServerLimits } from '../../core/tool-servers.ts';
import { pointerOf } from '../../contracts/json-schema.ts';
import { effectOfMethod } from '../http-request.ts';
import { asDraft, inlineSchema, lookUp } from './inline-schema.ts';
import { headOf } from '../../core/context/clip.ts';

type Draft = Record<string, unknown>;

export interface Place {
  document: Draft;
  path: string;
  method: string;
  /** Of all operations of this path. */
  shared: unknown;
  operation: Draft;
}

interface Parameter {
  name: string;
  in: string;
  required: boolean;
  schema: Draft;
}

/** Set by what sends the request, whatever a document says. */
const ownHeaders = new Set(['accept', 'content-type', 'authorization', 'idempotency-key']);

/** One operation as a tool, or everything that is wrong with it. */
export function readOperation(place: Place): { tool: FoundTool } | { problems: Problem[] } {
  const { path, method, operation } = place;
  const here = ['paths', path, method];
  const problems: Problem[] = [];
  const fail = (at: string[], code: string, message: string) =>
    void problems.push({ pointer: pointerOf([...here, ...at]), code, message });
  const inlining = {
    document: place.document,
    broken: (reference: string) =>
      fail([], 'unknown_reference', `Nothing is at ${reference} in this document.`),
  };
  const all = readParameters(place, inlining, fail);
  const keyed = all.some((each) => each.in === 'header' && each.name.toLowerCase() === 'idempotency-key');
  const parameters = all.filter((each) => each.in !== 'header' || !ownHeaders.has(each.name.toLowerCase()));
  for (const missing of namesInPath(path).filter(
    (name) => !parameters.some((each) => each.in === 'path' && each.name === name),
  ))
    fail(
      ['parameters'],
      'missing_parameter',
      `The path has {${missing}}, and no parameter says what that is.`,
    );
  const twice = parameters.filter(
    (each, index) => parameters.findIndex(({ name }) => name === each.name) < index,
  );
  for (const { name } of twice)
    fail(['parameters'], 'duplicate_parameter', `Two parameters are called "${name}".`);
  const body = readBody(place, inlining, fail);
  if (body && parameters.some(({ name }) => name === 'body'))
    fail(
      ['parameters'],
      'duplicate_parameter',
      'A parameter is called "body", which is what the body is called.',
    );
  const call: OperationCall = {
    method: method.toUpperCase(),
    path,
    parameters: parameters.map(({ name, in: at }) => ({ name, in: at as 'path' | 'query' | 'header' })),
    body: body?.mediaType ?? null,
  };
  const { risk, effect } = effectOfMethod(call.method);
  const tool: FoundTool = {
    name: nameOf(place),
    description: descriptionOf(operation, call),
    parameters: schemaOf(parameters, body),
    risk: effect === 'none' ? 'low' : risk,
    effect: keyed ? 'keyed' : effect,
    operation: call,
  };
  const fault = problems.length === 0 ? problemOfTool(tool) : null;
  if (fault) fail([], 'unusable', fault);
  return problems.length > 0 ? { problems } : { tool };
}

/** Its `operationId`, else method and path: `get_orders_id`. */
export function nameOf({ operation, method, path }: Pick<Place, 'operation' | 'method' | 'path'>): string {
  const { operationId } = operation;
  const given = typeof operationId === 'string' && operationId !== '' ? operationId : `${method}${path}`;
  return given
    .replace(/[^A-Za-z0-9_-]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60);
}

function descriptionOf({ summary, description }: Draft, { method, path }: OperationCall): string {
  const words = [summary, description].filter((each) => typeof each === 'string' && each.trim() !== '');
  return `${words.join('. ') || 'No description.'} (${method} ${path})`.slice(
    0,
    toolServerLimits.descriptionCharacters,
  );
}

function schemaOf(parameters: Parameter[], body: { schema: Draft; required: boolean } | null): Draft {
  const properties: Draft = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]));
  const required = parameters.filter((each) => each.required).map(({ name }) => name);
  if (body) {
    properties.body = body.schema;
    if (body.required) required.push('body');
  }
  return { type: 'object', properties, required, additionalProperties: false };
}

type Inlining = Parameters<typeof inlineSchema>[1];
type Fail = (at: string[], code: string, message: string) => void;

/** Those of the operation go before those of the path. */
function readParameters({ document, shared, operation }: Place, inlining: Inlining, fail: Fail): Parameter[] {
  const found = new Map<string, Parameter>();
  for (const list of [shared, operation.parameters]) {
    for (const [index, given] of (Array.isArray(list) ? list : []).entries()) {
      const at = ['parameters', String(index)];
      const draft = resolve(document, given, inlining);
      const { name, in: place, required = false, schema, content, description } = draft ?? {};
      if (typeof name !== 'string' || typeof place !== 'string')
        fail(at, 'invalid_parameter', 'It has no name or no "in".');
      else if (place === 'cookie') {
        if (required === true) fail(at, 'unsupported', 'Parameters in cookies cannot be sent.');
      } else if (!['path', 'query', 'header'].includes(place))
        fail(at, 'invalid_parameter', `It is in "${place}".`);
      else {
        const plain = inlineSchema(
          schema ?? Object.values(asDraft(content) ?? {}).map(asDraft)[0]?.schema ?? {},
          inlining,
        );
        const told = typeof description === 'string' ? { description: headOf(description, 1_000) } : {};
        found.set(`${place} ${name}`, {
          name,
          in: place,
          required: required === true || place === 'path',
          schema: { ...told, ...plain },
        });
      }
    }
  }
  return [...found.values()];
}

function readBody(
  { document, operation }: Place,
  inlining: Inlining,
  fail: Fail,
): { mediaType: string; schema: Draft; required: boolean } | null {
  if (operation.requestBody === undefined) return null;
  const draft = resolve(document, operation.requestBody, inlining);
  const content = asDraft(draft?.content) ?? {};
  const required = draft?.required === true;
  const types = Object.keys(content);
  const mediaType =
    types.find((type) => /^application\/json\b/.test(type)) ??
    types.find((type) => /\+json\b/.test(type)) ??
    types.find((type) => type.startsWith('text/'));
  if (mediaType === undefined) {
    if (required)
      fail(
        ['requestBody'],
        'unsupported',
        `Its body is ${types.join(', ') || 'nothing'}: only JSON and text can be sent.`,
      );
    return null;
  }
  return { mediaType, required, schema: inlineSchema(asDraft(content[mediaType])?.schema ?? {}, inlining) };
}

function resolve(document: Draft, given: unknown, inlining: Inlining): Draft | null {
  const draft = asDraft(given);
  if (typeof draft?.$ref !== 'string') return draft;
  const target = asDraft(lookUp(document, draft.$ref));
  if (!target) inlining.broken(draft.$ref);
  return target;
}

function namesInPath(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name ?? '');
}
