import type { ToolOutcome } from './tool-outcome.ts';

/** What came from outside as PostgreSQL can keep it: text without NUL characters and halves of surrogate pairs. */
export function storable({ text, isError, data }: ToolOutcome): ToolOutcome {
  return {
    text: clean(text),
    ...(isError === undefined ? {} : { isError }),
    ...(data === undefined ? {} : { data: JSON.parse(JSON.stringify(data), cleaned) as unknown }),
  };
}

export function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '');
}

/** For `JSON.stringify` and `JSON.parse`. */
export function cleaned(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return clean(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  return entries.every(([key]) => key === clean(key))
    ? value
    : Object.fromEntries(entries.map(([key, inner]) => [clean(key), inner]));
}
