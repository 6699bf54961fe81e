import { parse } from '@bufbuild/cel';
import type { Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { AppError } from '../errors.ts';

/**
 * The filter language of lists: a part of CEL that becomes SQL. The field table is the allow-list, constants become parameters, and
 * what cannot be translated is refused with its place.
 */
export interface FilterField {
  /** An expression over the list's rows. */
  sql: string;
  type: 'text' | 'number' | 'bool' | 'time';
  /** Closed lists: a value that is none of them is a mistake, not an empty answer. */
  values?: readonly string[];
  /** False: may be null or is no single value, so pages cannot be cut by it. */
  orderable?: boolean;
  /** The SQL is an array of that type: `"x" in field`. */
  list?: boolean;
}

export interface TranslatedFilter {
  sql: string;
  parameters: unknown[];
}

interface Translation {
  fields: Record<string, FilterField>;
  parameters: unknown[];
  /** Number of parameters that stand before ours. */
  before: number;
  refuse(expr: Expr | undefined, message: string): never;
}

const maxLength = 1000;

/** @param before how many `$n` the statement has already. Throws `invalid_filter` with the offset of the fault. */
export function translateFilter(
  text: string,
  fields: Record<string, FilterField>,
  before = 0,
): TranslatedFilter {
  if (text.length > maxLength) throw fault(0, `A filter has at most ${maxLength} characters.`);
  try {
    const parsed = parse(text);
    const refuse = (expr: Expr | undefined, message: string): never => {
      throw fault(parsed.sourceInfo?.positions[String(expr?.id)] ?? 0, message);
    };
    const translation: Translation = { fields, parameters: [], before, refuse };
    const sql = condition(translation, parsed.expr);
    if (translation.parameters.some(isUnstorable))
      throw fault(0, 'A text in the filter is no valid Unicode text.');
    return { sql, parameters: translation.parameters };
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof RangeError) throw fault(0, 'The filter is nested too deeply.');
    const offset = (error as { location?: { start?: { offset?: number } } }).location?.start?.offset ?? 0;
    throw fault(
      offset,
      `This is no CEL: ${error instanceof Error ? error.message.split('\n')[0] : 'syntax error'}`,
    );
  }
}

function fault(offset: number, message: string): AppError {
  const place = `${message} (at character ${offset + 1} of the filter)`;
  return new AppError('invalid_filter', place, {
    problems: [{ pointer: '/query/filter', code: 'invalid_filter', message: place }],
  });
}

const comparisons: Record<string, string> = {
  '_==_': '=',
  '_!=_': '<>',
  '_<_': '<',
  '_<=_': '<=',
  '_>_': '>',
  '_>=_': '>=',
};
const mirrored: Record<string, string> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=', '<>': '<>' };

/** Something that is true or false. */
function condition(t: Translation, expr: Expr | undefined): string {
  const kind = expr?.exprKind;
  if (kind?.case === 'constExpr' && kind.value.constantKind.case === 'boolValue')
    return String(kind.value.constantKind.value);
  const field = fieldOf(t, expr);
  if (field)
    return field.type === 'bool' ? `(${field.sql})` : t.refuse(expr, 'This field is no condition by itself.');
  if (kind?.case !== 'callExpr')
    return t.refuse(expr, 'This is no condition that a list can be filtered by.');
  const { function: name, target, args } = kind.value;
  if (target) return textTest(t, expr, { name, target, args });
  if (name === '_&&_') return `(${condition(t, args[0])} AND ${condition(t, args[1])})`;
  if (name === '_||_') return `(${condition(t, args[0])} OR ${condition(t, args[1])})`;
  if (name === '!_') return `(NOT coalesce(${condition(t, args[0])}, false))`;
  if (name === '@in') return membership(t, args);
  const operator = comparisons[name];
  return operator
    ? comparison(t, expr, operator, args)
    : t.refuse(expr, `"${name}" cannot be used in a filter.`);
}

function comparison(t: Translation, expr: Expr | undefined, operator: string, args: Expr[]): string {
  const [left, right] = args;
  const field = fieldOf(t, left) ?? fieldOf(t, right);
  if (!field) return t.refuse(left, `Compare a field: ${Object.keys(t.fields).join(', ')}.`);
  if (fieldOf(t, left) && fieldOf(t, right))
    return t.refuse(expr, 'Compare a field with a value, not with another field.');
  const constant = fieldOf(t, left) ? right : left;
  const placed = fieldOf(t, left) ? operator : (mirrored[operator] ?? operator);
  if (field.list) return t.refuse(expr, 'This field is a list: write "value in field".');
  if (isNull(constant)) {
    if (placed === '=') return `(${field.sql} IS NULL)`;
    return placed === '<>'
      ? `(${field.sql} IS NOT NULL)`
      : t.refuse(constant, 'null can only be compared by == and !=.');
  }
  const value = parameter(t, constant, field);
  return placed === '<>' ? `(${field.sql} IS DISTINCT FROM ${value})` : `(${field.sql} ${placed} ${value})`;
}

function membership(t: Translation, [item, collection]: Expr[]): string {
  const list = fieldOf(t, collection);
  if (list?.list) return `(${parameter(t, item, list)} = ANY(${list.sql}))`;
  const field = fieldOf(t, item);
  if (!field || field.list || collection?.exprKind.case !== 'listExpr') {
    return t.refuse(collection, 'Write "field in [values]" or "value in listField".');
  }
  const values = collection.exprKind.value.elements.map((element) => parameter(t, element, field));
  return values.length === 0 ? 'false' : `(${field.sql} IN (${values.join(', ')}))`;
}

const patterns: Record<string, (text: string) => string> = {
  contains: (text) => `%${text}%`,
  startsWith: (text) => `${text}%`,
  endsWith: (text) => `%${text}`,
};

function textTest(
  t: Translation,
  expr: Expr | undefined,
  call: { name: string; target: Expr; args: Expr[] },
): string {
  const field = fieldOf(t, call.target);
  const pattern = Object.hasOwn(patterns, call.name) ? patterns[call.name] : undefined;
  if (!pattern)
    return t.refuse(
      expr,
      `".${call.name}()" cannot be used in a filter; contains, startsWith, endsWith can.`,
    );
  if (!field || field.type !== 'text' || field.list)
    return t.refuse(call.target, `".${call.name}()" needs a text field.`);
  const constant = constantOf(call.args[0]);
  if (typeof constant !== 'string') return t.refuse(call.args[0], `".${call.name}()" needs a text.`);
  return `(${field.sql} LIKE ${push(t, pattern(constant.replace(/[\\%_]/g, '\\$&')), 'text')})`;
}

/** The field that a name or a chain of names (`agent.id`) stands for. */
function fieldOf(t: Translation, expr: Expr | undefined): FilterField | null {
  const name = nameOf(expr);
  if (name === null) return null;
  const field = Object.hasOwn(t.fields, name) ? t.fields[name] : undefined;
  return (
    field ?? t.refuse(expr, `There is no field "${name}"; there are ${Object.keys(t.fields).join(', ')}.`)
  );
}

function nameOf(expr: Expr | undefined): string | null {
  const kind = expr?.exprKind;
  if (kind?.case === 'identExpr') return kind.value.name;
  if (kind?.case !== 'selectExpr' || kind.value.testOnly) return null;
  const outer = nameOf(kind.value.operand);
  return outer === null ? null : `${outer}.${kind.value.field}`;
}

function parameter(t: Translation, expr: Expr | undefined, field: FilterField): string {
  const value = constantOf(expr);
  if (field.type === 'text' && typeof value === 'string') {
    if (field.values && !field.values.includes(value))
      return t.refuse(expr, `It can be one of ${field.values.join(', ')}.`);
    return push(t, value, 'text');
  }
  if (field.type === 'number' && typeof value === 'number') return push(t, value, 'numeric');
  if (field.type === 'bool' && typeof value === 'boolean') return push(t, value, 'boolean');
  const time = field.type === 'time' ? timeOf(value) : null;
  if (time !== null) return push(t, time, 'timestamptz');
  const wanted =
    field.type === 'time' ? 'a time such as timestamp("2026-01-31T08:00:00Z")' : `a ${field.type}`;
  return t.refuse(expr, `Compare this with ${wanted}.`);
}

function push(t: Translation, value: unknown, cast: string): string {
  t.parameters.push(value);
  return `$${t.before + t.parameters.length}::${cast}`;
}

/** PostgreSQL takes neither NUL nor half of a surrogate pair. */
function isUnstorable(value: unknown): boolean {
  return typeof value === 'string' && (value.includes('\0') || !value.isWellFormed());
}

const timePattern = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?$/;

/** In UTC: PostgreSQL takes fewer offsets than ISO 8601 has, and no year 0. */
function timeOf(text: unknown): string | null {
  if (typeof text !== 'string' || !timePattern.test(text)) return null;
  const time = new Date(text);
  return time.getUTCFullYear() >= 1 && time.getUTCFullYear() <= 9999 ? time.toISOString() : null;
}

function isNull(expr: Expr | undefined): boolean {
  return expr?.exprKind.case === 'constExpr' && expr.exprKind.value.constantKind.case === 'nullValue';
}

/** The value of a constant, of a negative number, or of timestamp("…"); undefined for anything else. */
function constantOf(expr: Expr | undefined): string | number | boolean | undefined {
  const kind = expr?.exprKind;
  if (kind?.case === 'callExpr') {
    const inner = constantOf(kind.value.args[0]);
    if (kind.value.function === '-_' && typeof inner === 'number') return -inner;
    return kind.value.function === 'timestamp' && typeof inner === 'string' ? inner : undefined;
  }
  if (kind?.case !== 'constExpr') return undefined;
  const { constantKind } = kind.value;
  switch (constantKind.case) {
    case 'int64Value':
    case 'uint64Value':
    case 'doubleValue':
      return Number(constantKind.value);
    case 'stringValue':
    case 'boolValue':
      return constantKind.value;
    default:
      return undefined;
  }
}
