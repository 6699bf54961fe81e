import type { Cost } from '../../../src/contracts/cost.ts';

/** Numbers as people read them: always with their unit, and a dash for what is not known. */
export const missing = '–';

/** `41s`, `4m 26s`, `2h 05m`. Under a second: `0.4s`. */
export function duration(ms: number): string {
  if (ms < 950) return `${(Math.max(0, ms) / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${two(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
}

/** Two digits; under one cent three. Null: the price is not known. */
export function money(usd: number | null): string {
  if (usd === null) return missing;
  const digits = usd > 0 && usd < 0.01 ? 3 : 2;
  if (usd > 0 && usd < 0.001) return '<$0.001';
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** Of a million tokens, or a thousand searches: exact, `$3` and `$0.30`. */
export function exactly(usd: number): string {
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: Number.isInteger(usd) ? 0 : 2, maximumFractionDigits: 6 })}`;
}

/** `812`, `128.4k`, `1.2M`. */
export function count(n: number): string {
  if (n < 1000) return String(n);
  return n < 999_950 ? `${(n / 1000).toFixed(1)}k` : `${(n / 1_000_000).toFixed(1)}M`;
}

export function tokensOf(cost: Cost): number {
  return cost.inputTokens + cost.outputTokens;
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? missing : `${Math.round((part / whole) * 100)} %`;
}

/** `812 B`, `84 KB`, `2.1 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 999_500 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `now`, `8m`, `2h` up to a day, then `Nov 18`. */
export function age(iso: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(iso)) / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes}m`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h`;
  return new Date(iso).toLocaleDateString('en-US', { month: 'short', day: 'numeric' });
}

/** The same in a sentence: `now`, `8m ago`, `Nov 18`. */
export function ago(iso: string, now: number): string {
  const text = age(iso, now);
  return /^\d/.test(text) ? `${text} ago` : text;
}

/** Absolute, with its zone: for `title`. */
export function absolute(iso: string): string {
  return new Date(iso).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'long' });
}

/** `10:02`. */
export function clock(time: number | string): string {
  return new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}

/** Time at work so far; null before it began. */
export function lasted(
  { startedAt, endedAt }: { startedAt: string | null; endedAt: string | null },
  now: number,
): number | null {
  if (startedAt === null) return null;
  return Math.max(0, (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt));
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
