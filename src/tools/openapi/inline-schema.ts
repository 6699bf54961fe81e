/**
 * A schema of an OpenAPI document as plain JSON Schema: references written out, the words of OpenAPI 3.0 translated, everything left out
 * that checks nothing. What refers to itself becomes "anything" at the second turn.
 */
type Draft = Record<string, unknown>;

export interface Inlining {
  document: Draft;
  /** Collects references that lead nowhere. */
  broken(reference: string): void;
}

const kept = new Set(
  'type enum const title description default minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern minItems maxItems uniqueItems minProperties maxProperties required format'.split(
    ' ',
  ),
);
/** Formats that checkers agree on; others say nothing that could be checked. */
const formats = new Set(['date-time', 'date', 'time', 'email', 'uuid', 'uri', 'ipv4', 'ipv6']);
const deepest = 12;

export function inlineSchema(schema: unknown, inlining: Inlining, trail: readonly string[] = []): Draft {
  const draft = asDraft(schema);
  if (!draft || trail.length > deepest) return {};
  if (typeof draft.$ref === 'string') {
    const reference = draft.$ref;
    if (trail.includes(reference)) return {};
    const target = lookUp(inlining.document, reference);
    if (target === undefined) {
      inlining.broken(reference);
      return {};
    }
    return inlineSchema(target, inlining, [...trail, reference]);
  }
  const down = (value: unknown) => inlineSchema(value, inlining, [...trail, '']);
  const plain: Draft = {};
  for (const [word, value] of Object.entries(draft)) {
    if (word === 'format' && !formats.has(String(value))) continue;
    if (kept.has(word)) plain[word] = value;
    else if (word === 'properties') plain[word] = mapValues(asDraft(value) ?? {}, down);
    else if (word === 'items' || word === 'not') plain[word] = down(value);
    else if (word === 'additionalProperties') plain[word] = typeof value === 'boolean' ? value : down(value);
    else if (word === 'allOf' || word === 'anyOf' || word === 'oneOf')
      plain[word] = Array.isArray(value) ? value.map(down) : [];
  }
  return draft.nullable === true ? orNull(withoutOldBounds(plain)) : withoutOldBounds(plain);
}

/** A local reference, `#/components/…`. */
export function lookUp(document: Draft, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  const path = reference
    .slice(2)
    .split('/')
    .map((part) => decode(part).replaceAll('~1', '/').replaceAll('~0', '~'));
  return path.reduce<unknown>((at, key) => {
    const here = asDraft(at);
    return here && Object.hasOwn(here, key) ? here[key] : undefined;
  }, document);
}

export function asDraft(value: unknown): Draft | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Draft) : null;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** In 3.0 `exclusiveMinimum: true` says how `minimum` is meant. */
function withoutOldBounds(plain: Draft): Draft {
  for (const [exclusive, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (plain[exclusive] === true) {
      plain[exclusive] = plain[bound];
      delete plain[bound];
    } else if (plain[exclusive] === false) delete plain[exclusive];
  }
  return plain;
}

function orNull(plain: Draft): Draft {
  if (typeof plain.type !== 'string') return { anyOf: [plain, { type: 'null' }] };
  const { enum: values } = plain;
  return {
    ...plain,
    type: [plain.type, 'null'],
    ...(Array.isArray(values) ? { enum: values.includes(null) ? values : [...values, null] } : {}),
  };
}

function mapValues(object: Draft, change: (value: unknown) => unknown): Draft {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
