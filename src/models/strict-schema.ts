import type { JsonSchema } from './port.ts';

/**
 * Strict structured output wants every object closed and all of its properties required. A schema that is not written
 * so is still sent, as a non-strict one: the answer is checked by its reader anyway.
 */
export function fitsStrict(schema: JsonSchema): boolean {
  return isStrict(schema);
}

function isStrict(node: unknown): boolean {
  if (Array.isArray(node)) return node.every(isStrict);
  if (node === null || typeof node !== 'object') return true;
  const schema = node as JsonSchema;
  if (schema.type === 'object' || schema.properties !== undefined) {
    const properties = Object.keys((schema.properties ?? {}) as object);
    const required = new Set(Array.isArray(schema.required) ? schema.required : []);
    if (schema.additionalProperties !== false) return false;
    if (!properties.every((name) => required.has(name))) return false;
    if (!Object.values((schema.properties ?? {}) as object).every(isStrict)) return false;
  }
  const {
    properties: _properties,
    enum: _enum,
    const: _const,
    default: _default,
    examples: _examples,
    ...rest
  } = schema;
  return Object.values(rest).every(isStrict);
}
