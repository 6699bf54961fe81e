/**
 * Counts SQL statements of a process: `node --import ./bench/support/count-statements.ts …`. Writes one JSON file at the end, to
 * the path in STATEMENTS_FILE. Times are from sending to the answer, so they contain waiting for locks and for the disk.
 */
import { writeFileSync } from 'node:fs';
import pg from 'pg';

export interface StatementCount {
  text: string;
  calls: number;
  ms: number;
}

const counts = new Map<string, StatementCount>();
export const statementCounts = () => [...counts.values()];
export const resetStatementCounts = () => counts.clear();

type Query = (...args: unknown[]) => unknown;
const prototype = pg.Client.prototype as unknown as { query: Query };
const original = prototype.query;

prototype.query = function query(this: unknown, ...args: unknown[]): unknown {
  const [first] = args;
  const text = typeof first === 'string' ? first : ((first as { text?: string } | null)?.text ?? '?');
  const from = performance.now();
  const last = args.at(-1);
  if (typeof last === 'function') {
    args[args.length - 1] = (...answer: unknown[]) => {
      note(text, performance.now() - from);
      (last as Query)(...answer);
    };
    return original.apply(this, args);
  }
  const answer = original.apply(this, args);
  if (answer instanceof Promise) {
    const done = () => note(text, performance.now() - from);
    answer.then(done, done);
  }
  return answer;
};

function note(text: string, ms: number): void {
  const key = text.replace(/\s+/g, ' ').trim().slice(0, 110);
  const entry = counts.get(key) ?? { text: key, calls: 0, ms: 0 };
  entry.calls += 1;
  entry.ms += ms;
  counts.set(key, entry);
}

const path = process.env.STATEMENTS_FILE;
if (path) {
  const write = () => writeFileSync(path, JSON.stringify(statementCounts()));
  process.on('exit', write);
  process.on('SIGUSR2', write);
}
