/**
 * The CEL environment of workflow expressions: the standard functions, and bounds that make an expression safe inside a
 * database transaction.
 *
 * 1. Nothing loops for long: every turn of every macro (`map`, `exists`, …) costs one tick, and an evaluation has `maxTicks`.
 * 2. Nothing grows without bound: text, bytes and lists made by `+` are capped (doubling in nested maps reached 2^90 elements).
 * 3. Nothing works through much: what functions read and compare is counted (see cel-work).
 * 4. JSON knows one kind of number: int and double mix in arithmetic, and the result is a double.
 */
import { type CelInput, CelScalar, celEnv, celFunc, celList, listType } from '@bufbuild/cel';
import { countingWork, restartWork } from './cel-work.ts';
import type { Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';

export const celLimits = { maxTicks: 10_000, maxListItems: 10_000, maxTextLength: 1_000_000 } as const;

const { BOOL, BYTES, DOUBLE, INT, STRING } = CelScalar;
const LIST = listType(CelScalar.DYN);
const tick = '@tick';

// Evaluation is synchronous and never nests, so one counter serves all; `restartTicks` runs before each.
let ticks = 0;
export function restartTicks(work?: number): void {
  ticks = 0;
  restartWork(work);
}

const mixed = (name: string, compute: (left: number, right: number) => number) => [
  celFunc(name, [INT, DOUBLE], DOUBLE, (left, right) => compute(Number(left), right)),
  celFunc(name, [DOUBLE, INT], DOUBLE, (left, right) => compute(left, Number(right))),
];

export const workflowCelFuncs = [
  ...countingWork(celEnv().funcs),
  ...mixed('_+_', (left, right) => left + right),
  ...mixed('_-_', (left, right) => left - right),
  ...mixed('_*_', (left, right) => left * right),
  ...mixed('_/_', (left, right) => left / right),
  celFunc('_+_', [STRING, STRING], STRING, (left, right) => {
    if (left.length + right.length > celLimits.maxTextLength) {
      throw new Error(`the text would be longer than ${celLimits.maxTextLength} characters`);
    }
    return left + right;
  }),
  celFunc('_+_', [BYTES, BYTES], BYTES, (left, right) => {
    if (left.length + right.length > celLimits.maxTextLength)
      throw new Error(`there would be more than ${celLimits.maxTextLength} bytes`);
    return new Uint8Array([...left, ...right]);
  }),
  celFunc('_+_', [LIST, LIST], LIST, (left, right) => {
    if (left.size + right.size > celLimits.maxListItems) {
      throw new Error(`the list would have more than ${celLimits.maxListItems} items`);
    }
    return celList([...left, ...right] as CelInput[]);
  }),
  celFunc(tick, [BOOL], BOOL, (goOn) => {
    ticks += 1;
    if (ticks > celLimits.maxTicks) throw new Error(`more than ${celLimits.maxTicks} turns of a loop`);
    return goOn;
  }),
];

export const workflowCelEnv = celEnv({ funcs: workflowCelFuncs });

/** Every function and operator that an expression may call; `@…` and `_…_` names are the parser's own. */
export function isKnownFunction(name: string, env = workflowCelEnv): boolean {
  return name !== tick && (plannedOperators.has(name) || env.funcs.find(name) !== undefined);
}
// The planner knows these without looking them up.
const plannedOperators = new Set(['_[_]', '_?_:_', '_&&_', '_||_', '@not_strictly_false']);

/** Puts a tick around the condition of a loop (rule 1). Once per loop, before planning. */
export function boundLoop(comprehension: { loopCondition?: Expr }): void {
  const condition = comprehension.loopCondition;
  if (condition === undefined) return;
  comprehension.loopCondition = {
    $typeName: 'cel.expr.Expr',
    id: condition.id,
    exprKind: {
      case: 'callExpr',
      value: { $typeName: 'cel.expr.Expr.Call', function: tick, args: [condition] },
    },
  };
}
