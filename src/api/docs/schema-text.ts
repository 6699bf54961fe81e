interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  additionalProperties?: unknown;
  description?: string;
  default?: unknown;
}

/** A JSON Schema as people write shapes down: `{ name: string, tags?: string[] }`. Named schemas appear as `→Name`. */
export function schemaText(given: unknown, indent = ''): string {
  const schema = (given ?? {}) as JsonSchema;
  if (schema.$ref) return `→${schema.$ref.split('/').at(-1)}`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const branches = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (branches)
    return branches.map((branch) => schemaText(branch, indent)).join(schema.allOf ? ' & ' : ' | ');
  if (schema.properties) return objectText(schema, indent);
  if (schema.items) return `[${schemaText(schema.items, indent)}]`;
  if (schema.type === 'object') return 'object';
  return [schema.type ?? 'any'].flat().join(' | ');
}

function objectText({ properties = {}, required = [] }: JsonSchema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, property]) => {
    const note = property.description ? `  — ${property.description}` : '';
    const fallback = property.default === undefined ? '' : ` = ${JSON.stringify(property.default)}`;
    return `${inner}${name}${required.includes(name) ? '' : '?'}: ${schemaText(property, inner)}${fallback}${note}`;
  });
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
}
