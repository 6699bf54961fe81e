/** ISO 8601 durations of weeks, days, hours, minutes and seconds. Months and years are refused: their length depends on the day. */
const pattern =
  /^P(?!$)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/;
const unitMilliseconds = [604_800_000, 86_400_000, 3_600_000, 60_000, 1000];

/** Milliseconds, or null when the text is no such duration. */
export function durationMilliseconds(text: string): number | null {
  const match = pattern.exec(text);
  if (match === null) return null;
  return unitMilliseconds.reduce((sum, unit, index) => sum + Math.round(Number(match[index + 1] ?? 0) * unit), 0);
}
