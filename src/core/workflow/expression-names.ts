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

const typeNames = new Set(['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type', 'google']);

/** Also puts the loop bound into every comprehension, since this is the one walk over the tree before it is planned. */
export function readNames(parsed: ParsedExpr): { names: NameUse[]; faults: ExpressionFault[]; constants: ConstantPart[] } {
  const names: NameUse[] = [];
  const faults: ExpressionFault[] = [];
  const constants: ConstantPart[] = [];
  const offsetOf = (expr: Expr) => parsed.sourceInfo?.positions[String(expr.id)] ?? 0;

  /** Visits siblings; answers whether all are constant. A constant call beside something that is not is worth trying out. */
  function visitAll(parts: readonly (Expr | undefined)[], bound: ReadonlySet<string>): boolean {
    const present = parts.filter((part) => part !== undefined);
    const constant = present.map((part) => visit(part, bound));
    if (constant.every(Boolean)) return true;
    present.forEach((part, index) => {
      if (constant[index] && part.exprKind.case === 'callExpr') constants.push({ expr: part, offset: offsetOf(part) });
    });
    return false;
  }

  function visit(expr: Expr, bound: ReadonlySet<string>): boolean {
    const kind = expr.exprKind;
    switch (kind.case) {
      case 'identExpr':
        return use(expr, [], bound);
      case 'selectExpr':
        return visitChain(expr, bound);
      case 'callExpr': {
        const { function: name, target, args } = kind.value;
        if (name === '_[_]' && target === undefined) return visitChain(expr, bound);
        if (!isKnownFunction(name)) {
          faults.push({ offset: offsetOf(expr), code: 'unknown_function', message: `there is no function ${name}` });
        }
        return visitAll([target, ...args], bound);
      }
      case 'listExpr':
        return visitAll(kind.value.elements, bound);
      case 'structExpr':
        return visitAll(
          kind.value.entries.flatMap((entry) => [
            entry.keyKind.case === 'mapKey' ? entry.keyKind.value : undefined,
            entry.value,
          ]),
          bound,
        );
      case 'comprehensionExpr': {
        const { iterRange, accuInit, loopCondition, loopStep, result, iterVar, iterVar2, accuVar } = kind.value;
        visitAll([iterRange, accuInit], bound);
        visitAll([loopCondition, loopStep, result], new Set([...bound, iterVar, iterVar2, accuVar]));
        boundLoop(kind.value);
        return false;
      }
      default:
        return true;
    }
  }

  function visitChain(expr: Expr, bound: ReadonlySet<string>): boolean {
    const path: (string | number)[] = [];
    let base = expr;
    for (let link = linkOf(base); link !== null; link = linkOf(base)) {
      if (link.key === null) {
        path.length = 0;
        visitAll([link.index], bound);
      } else path.unshift(link.key);
      base = link.operand;
    }
    if (base.exprKind.case === 'identExpr') return use(base, path, bound);
    visit(base, bound);
    return false;
  }

  function use(expr: Expr, path: readonly (string | number)[], bound: ReadonlySet<string>): false {
    const root = expr.exprKind.case === 'identExpr' ? expr.exprKind.value.name : '';
    if (!bound.has(root) && !typeNames.has(root)) names.push({ root, path, offset: offsetOf(expr) });
    return false;
  }

  if (parsed.expr !== undefined && visitAll([parsed.expr], new Set()) && parsed.expr.exprKind.case === 'callExpr') {
    constants.push({ expr: parsed.expr, offset: offsetOf(parsed.expr) });
  }
  return { names, faults, constants };
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
  if (kind.case !== 'callExpr' || kind.value.function !== '_[_]' || kind.value.target !== undefined) return null;
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
