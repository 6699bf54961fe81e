/**
 * How much one evaluation has worked through. The functions of the library run over whole texts, and compare values to the bottom: in a
 * loop over a text that was doubled twenty times, or on lists of lists of lists, a line of expression would hold a process for hours.
 */
import { celFunc, celMethod, isCelError, isCelList, isCelMap } from '@bufbuild/cel';

type Callable = ReturnType<typeof celFunc>;
type Target = Parameters<typeof celMethod>[1];

/** Characters and bytes in one evaluation: a part of a second. */
const maxWork = 5_000_000;
/** What comparing one value costs beside reading a character. */
const perValue = 10;

// Evaluation is synchronous and never nests, so one counter serves all.
let left = maxWork;
export function restartWork(most = maxWork): void {
  left = most;
}

export function isOverworked(): boolean {
  return left < 0;
}

function work(amount: number): void {
  left -= amount;
  if (left < 0) throw new Error('too much text, or too many values, to work through');
}

/** The same functions, each of which counts what it works through. */
export function countingWork(funcs: Iterable<Callable>): Callable[] {
  return Array.from(funcs, (func) => {
    const { name, target, arguments: types, result } = func;
    const count = comparing.has(name) ? countCompared : countTexts;
    function counted(this: unknown, ...given: unknown[]) {
      count(target === undefined ? given : [this, ...given]);
      const value = func.call(0, this as never, given as never);
      if (isCelError(value)) throw value;
      return value as never;
    }
    return target === undefined
      ? celFunc(name, types, result, counted)
      : celMethod(name, target as Target, types, result, counted);
  });
}

const comparing = new Set(['_==_', '_!=_', '@in']);

function countTexts(values: readonly unknown[]): void {
  for (const value of values)
    if (typeof value === 'string' || value instanceof Uint8Array) work(value.length);
}

/** Without recursion: lists of lists may be as deep as they are wide. */
function countCompared(values: readonly unknown[]): void {
  if (values.every((value) => !isCelList(value) && !isCelMap(value))) return countTexts(values);
  const open = [...values];
  while (open.length > 0) {
    const value = open.pop();
    work(perValue);
    if (isCelList(value)) for (const item of value) open.push(item);
    else if (isCelMap(value)) for (const [, item] of value.entries()) open.push(item);
    else countTexts([value]);
  }
}
