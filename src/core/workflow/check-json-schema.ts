/** Whether a JSON Schema is one that values can be checked with: its keywords have values of the right kind, its defaults fit. */
import { faultOfSchema, problemsOfJson } from '../../contracts/json-schema.ts';
import type { Problem } from '../../errors.ts';
import { asObject } from './draft.ts';
import { type Path, problemAt } from './problem-at.ts';

const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

export function checkJsonSchema(schema: Record<string, unknown> | null, path: Path): Problem[] {
  if (schema === null) return [];
  const problems = checkSchema(schema, path);
  const fault = problems.length === 0 ? faultOfSchema(schema) : null;
  return fault === null ? problems : [problemAt(path, 'invalid_schema', `It cannot be used: ${fault}`)];
}

function checkSchema(value: unknown, path: Path): Problem[] {
  if (typeof value === 'boolean') return [];
  const schema = asObject(value);
  if (schema === null)
    return [problemAt(path, 'invalid_schema', 'A JSON Schema is an object, true or false.')];
  const problems = Object.entries(schema).flatMap(([keyword, given]) =>
    checkKeyword(keyword, given, [...path, keyword]),
  );
  return problems.length === 0 ? checkDefault(schema, path) : problems;
}

/** A default is filled in without being asked again. Behind a `$ref` nothing is said here. */
function checkDefault({ default: given, ...schema }: Record<string, unknown>, path: Path): Problem[] {
  if (given === undefined || faultOfSchema(schema) !== null) return [];
  return problemsOfJson(schema, given).map(({ pointer, message }) =>
    problemAt([...path, 'default', ...pointer.split('/').slice(1)], 'invalid_default', message),
  );
}

function checkKeyword(keyword: string, value: unknown, path: Path): Problem[] {
  const wrong = (message: string) => [problemAt(path, 'invalid_schema', message)];
  switch (keyword) {
    case 'type': {
      const names = Array.isArray(value) ? value : [value];
      const known = names.length > 0 && names.every((name) => types.includes(name as string));
      return known ? [] : wrong(`A type is one of ${types.join(', ')}, or a list of them.`);
    }
    case 'properties':
    case 'patternProperties':
    case '$defs': {
      const named = asObject(value);
      if (named === null) return wrong('An object with a schema for each name.');
      return Object.entries(named).flatMap(([name, inner]) => checkSchema(inner, [...path, name]));
    }
    case 'items':
    case 'additionalProperties':
    case 'not':
      return checkSchema(value, path);
    case 'anyOf':
    case 'oneOf':
    case 'allOf':
    case 'prefixItems':
      if (!Array.isArray(value) || value.length === 0) return wrong('A list of schemas.');
      return value.flatMap((inner, at) => checkSchema(inner, [...path, at]));
    case 'required':
      return Array.isArray(value) && value.every((name) => typeof name === 'string')
        ? []
        : wrong('A list of names.');
    case 'enum':
      return Array.isArray(value) && value.length > 0 ? [] : wrong('A list of values.');
    default:
      return [];
  }
}
