type Schema = Record<string, unknown>;

function schemaAt(root: Schema, ref: string): Schema {
  const path = ref.replace(/^#\/?/, '').split('/').filter(Boolean);
  return path.reduce<unknown>((node, key) => (node as Schema)[key], root) as Schema;
}

function textFor(schema: Schema): string {
  if (schema.format === 'date-time') return '2026-01-01T00:00:00Z';
  if (schema.format === 'date') return '2026-01-01';
  return 'text'.padEnd(Number(schema.minLength ?? 0), '.').slice(0, Number(schema.maxLength ?? 100));
}

/** The smallest value that a JSON Schema of the usual kind (objects, lists, enums, unions, references) accepts. */
export function instanceOf(schema: Schema, root: Schema = schema, depth = 0): unknown {
  if (depth > 20) throw new Error('This schema has no end.');
  const inner = (node: unknown) => instanceOf(node as Schema, root, depth + 1);
  if (typeof schema.$ref === 'string') return inner(schemaAt(root, schema.$ref));
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const union = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
  if (union) return inner(union.find((each) => each.type === 'null') ?? union[0]);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'string':
      return textFor(schema);
    case 'integer':
    case 'number':
      return Math.max(Number(schema.minimum ?? 1), 1) <= Number(schema.maximum ?? Infinity)
        ? Math.max(Number(schema.minimum ?? 1), 1)
        : schema.maximum;
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array':
      return Array.from({ length: Number(schema.minItems ?? 1) }, () => inner(schema.items ?? {}));
    default: {
      const required = (schema.required ?? []) as string[];
      const properties = (schema.properties ?? {}) as Record<string, Schema>;
      return Object.fromEntries(required.map((name) => [name, inner(properties[name] ?? {})]));
    }
  }
}
