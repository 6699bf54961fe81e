import { durationPattern } from '../../contracts/workflow.ts';

const unitMilliseconds = [604_800_000, 86_400_000, 3_600_000, 60_000, 1000];

/** Milliseconds of an ISO 8601 duration such as `PT30S`, or null when the text is none. */
export function durationMilliseconds(text: string): number | null {
  const match = durationPattern.exec(text);
  if (match === null) return null;
  return unitMilliseconds.reduce(
    (sum, unit, index) => sum + Math.round(Number(match[index + 1] ?? 0) * unit),
    0,
  );
}

const zoned = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since 1970 of an ISO 8601 time with its zone, or null when the text is none. */
export function zonedMilliseconds(text: string): number | null {
  const time = zoned.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
