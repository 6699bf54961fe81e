import { cpus, loadavg, release, totalmem } from 'node:os';

export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function spreadOf(values: number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: percentile(sorted, 50), min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

/** Of values in ascending order; between two values in proportion. */
export function percentile(sorted: number[], p: number): number {
  const place = ((sorted.length - 1) * p) / 100;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export function showSpread({ median, min, max }: Spread, digits = 1): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

/** One line: processors, memory, system, Node. */
export function machine(): string {
  const [first] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}, ${memory}, ${process.platform} ${release()}, Node ${process.version}`;
}

/** How to run the same again. */
export function command(): string {
  const name = (process.argv[1] ?? '').split('/').at(-1)?.replace(/\.ts$/, '');
  const options = process.argv.slice(2);
  return `npm run bench ${name}${options.length > 0 ? ` -- ${options.join(' ')}` : ''}`;
}

/** The load shows whether the machine had anything else to do: figures from a busy one compare two sides, and say nothing by themselves. */
export function heading(title: string): void {
  const load = loadavg()[0] ?? 0;
  const busy = load > cpus().length / 2 ? ': others were at work on this machine' : '';
  const lines = [
    title,
    `Machine: ${machine()}`,
    `Load before: ${load.toFixed(1)}${busy}`,
    `Command: ${command()}`,
  ];
  console.log(`${lines.join('\n')}\nDate: ${new Date().toISOString().slice(0, 10)}\n`);
}

/** A table in Markdown, so that it can go into docs/benchmarks.md as it is. */
export function table(header: string[], rows: (string | number)[][]): void {
  for (const row of [header, header.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`);
  console.log();
}
