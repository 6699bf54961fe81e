import { snakeCase } from './naming.ts';

/** Columns that hold JSON, whatever table they stand in: their values are sent as JSON text. */
const jsonColumns = new Set([
  'requires',
  'method',
  'outputSchema',
  'context',
  'result',
  'error',
  'inputs',
  'output',
  'input',
  'request',
  'outcome',
  'assignment',
  'spec',
  'definition',
  'problem',
  'price',
  'content',
  'changes',
  'toolCall',
  'corrections',
  'replan',
  'guardTripped',
  'guardsLifted',
  'forecast',
  'waitingNeed',
]);

/** `SET` clause and values of a patch whose parameters begin at `first`. Property names come from our row types, never from outside. */
export function sqlOf(patch: Record<string, unknown>, first: number): { sets: string; values: unknown[] } {
  const names = Object.keys(patch);
  return {
    sets: names.map((name, i) => `${snakeCase(name)} = $${first + i}`).join(', '),
    values: names.map((name) => valueOf(name, patch[name])),
  };
}

function valueOf(name: string, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  return jsonColumns.has(name) ? JSON.stringify(value) : value;
}
