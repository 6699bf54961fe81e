/** Reads a parsed expression: which outside names it uses, which functions it calls, which parts are constant. */
import type { Expr, ParsedExpr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { boundLoop, isKnownFunction } from './cel-env.ts';

export interface NameUse {
  root: string;
  /** The fields that are known before it runs; ends where an index is computed. */
  path: readonly (string | number)[];
  offset: number;
}

export interface ExpressionFault {
  offset: number;
  code: 'expression_syntax' | 'expression_type' | 'unknown_function' | 'too_long';
  message: string;
}

export interface ConstantPart {
  expr: Expr;
  offset: number;
}

/** Of the expression language: nothing of a definition may be called so. */
export const typeNames = [
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
];
const builtIn = new Set([...typeNames, 'google']);

interface Reading {
  names: NameUse[];
  faults: ExpressionFault[];
  constants: ConstantPart[];
  offsetOf(expr: Expr): number;
  isKnown(name: string): boolean;
}

type Names = ReadonlySet<string>;

/** Also puts the loop bound into every comprehension, since this is the one walk over the tree before it is planned. */
export function readNames(
  parsed: ParsedExpr,
  isKnown = isKnownFunction,
): Pick<Reading, 'names' | 'faults' | 'constants'> {
  const offsetOf = (expr: Expr) => parsed.sourceInfo?.positions[String(expr.id)] ?? 0;
  const reading: Reading = { names: [], faults: [], constants: [], offsetOf, isKnown };
  const { expr } = parsed;
  if (expr !== undefined && visit(reading, expr, new Set()) && expr.exprKind.case === 'callExpr') {
    reading.constants.push({ expr, offset: offsetOf(expr) });
  }
  return reading;
}

/** Visits siblings; answers whether all are constant. A constant call beside something that is not is worth trying out. */
function visitAll(reading: Reading, parts: readonly (Expr | undefined)[], bound: Names): boolean {
  const present = parts.filter((part) => part !== undefined);
  const constant = present.map((part) => visit(reading, part, bound));
  if (constant.every(Boolean)) return true;
  present.forEach((expr, index) => {
    if (constant[index] && expr.exprKind.case === 'callExpr') {
      reading.constants.push({ expr, offset: reading.offsetOf(expr) });
    }
  });
  return false;
}

/** Answers whether the part is constant, as far as that is known. */
function visit(reading: Reading, expr: Expr, bound: Names): boolean {
  const kind = expr.exprKind;
  switch (kind.case) {
    case 'identExpr':
    case 'selectExpr':
      return visitChain(reading, expr, bound);
    case 'callExpr':
      return linkOf(expr) === null ? visitCall(reading, expr, bound) : visitChain(reading, expr, bound);
    case 'listExpr':
      return visitAll(reading, kind.value.elements, bound);
    case 'structExpr': {
      const parts = kind.value.entries.map(({ keyKind, value }) => [
        keyKind.case === 'mapKey' ? keyKind.value : undefined,
        value,
      ]);
      return visitAll(reading, parts.flat(), bound);
    }
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result, ...variables } = kind.value;
      const inner = new Set([...bound, variables.iterVar, variables.iterVar2, variables.accuVar]);
      visitAll(reading, [iterRange, accuInit], bound);
      visitAll(reading, [loopCondition, loopStep, result], inner);
      boundLoop(kind.value);
      return false;
    }
    default:
      return true;
  }
}

function visitCall(reading: Reading, expr: Expr, bound: Names): boolean {
  if (expr.exprKind.case !== 'callExpr') return false;
  const { function: name, target, args } = expr.exprKind.value;
  if (!reading.isKnown(name)) {
    const message = `there is no function ${name}`;
    reading.faults.push({ offset: reading.offsetOf(expr), code: 'unknown_function', message });
  }
  return visitAll(reading, [target, ...args], bound);
}

function visitChain(reading: Reading, expr: Expr, bound: Names): boolean {
  const path: (string | number)[] = [];
  let base = expr;
  for (let link = linkOf(base); link !== null; link = linkOf(base)) {
    if (link.key === null) {
      path.length = 0;
      visitAll(reading, [link.index], bound);
    } else path.unshift(link.key);
    base = link.operand;
  }
  if (base.exprKind.case === 'identExpr') {
    const root = base.exprKind.value.name;
    if (!bound.has(root) && !builtIn.has(root))
      reading.names.push({ root, path, offset: reading.offsetOf(base) });
  } else visit(reading, base, bound);
  return false;
}

interface Link {
  operand: Expr;
  /** null: only known when it runs */
  key: string | number | null;
  index?: Expr;
}

/** `operand.field`, `operand["field"]`, `operand[0]`, `operand[computed]`; null for anything else. */
function linkOf(expr: Expr): Link | null {
  const kind = expr.exprKind;
  if (kind.case === 'selectExpr' && kind.value.operand !== undefined) {
    return { operand: kind.value.operand, key: kind.value.field };
  }
  if (kind.case !== 'callExpr' || kind.value.function !== '_[_]' || kind.value.target !== undefined)
    return null;
  const [operand, index] = kind.value.args;
  if (operand === undefined || index === undefined) return null;
  return { operand, index, key: constantKey(index) };
}

function constantKey(index: Expr): string | number | null {
  if (index.exprKind.case !== 'constExpr') return null;
  const { constantKind } = index.exprKind.value;
  if (constantKind.case === 'stringValue') return constantKind.value;
  return constantKind.case === 'int64Value' ? Number(constantKind.value) : null;
}
