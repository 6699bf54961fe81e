/**
 * CEL as a calculator: what workflow expressions know, and arithmetic as people mean it. `7 / 2` is 3.5 (in plain CEL it is 3), dividing
 * by zero is a fault, and there are the functions that a table of figures asks for.
 */
import { CelScalar, celEnv, celFunc, isCelList, isCelUint, listType } from '@bufbuild/cel';
import { workflowCelFuncs } from '../workflow/cel-env.ts';

const { DOUBLE, DYN, INT } = CelScalar;
const LIST = listType(DYN);

const divide = (left: number | bigint, right: number | bigint) => {
  if (Number(right) === 0) throw new Error('division by zero');
  return Number(left) / Number(right);
};

const ofOne: Record<string, (value: number) => number> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  round: (value) => roundTo(value, 0),
  sqrt: Math.sqrt,
  exp: Math.exp,
  ln: Math.log,
  log10: Math.log10,
};

const ofTwo: Record<string, (left: number, right: number) => number> = {
  round: (value, digits) => roundTo(value, digits),
  pow: (base, exponent) => base ** exponent,
};

const ofList: Record<string, (values: number[]) => number> = {
  sum: (values) => values.reduce((total, value) => total + value, 0),
  mean: (values) => values.reduce((total, value) => total + value, 0) / values.length,
  median,
  min: (values) => values.reduce((least, value) => Math.min(least, value)),
  max: (values) => values.reduce((most, value) => Math.max(most, value)),
};

export const calculatorFunctions = [...new Set([ofOne, ofTwo, ofList].flatMap(Object.keys))];

export const calculatorEnv = celEnv({
  funcs: [
    ...workflowCelFuncs,
    celFunc('_/_', [INT, INT], DOUBLE, divide),
    celFunc('_/_', [INT, DOUBLE], DOUBLE, divide),
    celFunc('_/_', [DOUBLE, INT], DOUBLE, divide),
    celFunc('_/_', [DOUBLE, DOUBLE], DOUBLE, divide),
    ...Object.entries(ofOne).map(([name, compute]) =>
      celFunc(name, [DYN], DOUBLE, (value) => defined(name, compute(numberOf(name, value)))),
    ),
    ...Object.entries(ofTwo).map(([name, compute]) =>
      celFunc(name, [DYN, DYN], DOUBLE, (left, right) =>
        defined(name, compute(numberOf(name, left), numberOf(name, right))),
      ),
    ),
    ...Object.entries(ofList).map(([name, compute]) =>
      celFunc(name, [LIST], DOUBLE, (list) => {
        const values = isCelList(list) ? Array.from(list, (value) => numberOf(name, value)) : [];
        if (values.length === 0) throw new Error(`${name} of an empty list`);
        return defined(name, compute(values));
      }),
    ),
  ],
});

function numberOf(name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (isCelUint(value)) return Number(value.value);
  throw new Error(`${name} takes numbers only`);
}

function defined(name: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new Error(`${name} has no value there`);
}

/** Half away from zero, as people round: 2.5 is 3, 1.005 to two digits is 1.01. */
function roundTo(value: number, digits: number): number {
  if (!Number.isInteger(digits) || Math.abs(digits) > 15) throw new Error('round takes -15 to 15 digits');
  const [mantissa, exponent = '0'] = Math.abs(value).toExponential().split('e');
  const scaled = Math.round(Number(`${mantissa}e${Number(exponent) + digits}`));
  return Math.sign(value) * Number(`${scaled}e${-digits}`);
}

function median(values: number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
