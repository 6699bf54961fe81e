/**
 * One connection of the pool, and how statements go over it.
 *
 * 1. Statements that come again are PostgreSQL's prepared statements: parsed once per connection and planned a few times, not each time. A
 *    step of a run is some sixty statements, whose planning cost PostgreSQL more than their execution (docs/decisions/0012).
 * 2. Only texts that come again get a name, and only so many: filters of lists make new texts all the time.
 * 3. Statements that do not need each other's answers may be sent together (the pool is pipelined): one round trip, and one piece on the wire,
 *    so that neither side is woken for each of them.
 */
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { camelCase } from './naming.ts';

export interface Connection {
  /** One statement with parameters; columns come back in camelCase. */
  run<Row>(text: string, parameters?: unknown[]): Promise<Row[]>;
  /** A statement without parameters and rows. @returns its command tag */
  command(text: 'BEGIN' | 'COMMIT' | 'ROLLBACK'): Promise<string>;
}

/** The connection goes back to the pool at the end; one whose state is not known is closed. */
export async function onConnection<Result>(
  dataSource: DataSource,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const client = await poolOf(dataSource).connect();
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  const gather = gatherOn(client);
  try {
    return await work({
      run: (text, parameters = []) => {
        gather();
        return runOn(client, text, parameters);
      },
      command: async (text) => {
        gather();
        try {
          return (await client.query(text)).command;
        } catch (error) {
          broken ??= error as Error;
          throw error;
        }
      },
    });
  } finally {
    client.removeListener('error', onError);
    client.release(broken);
  }
}

/** What is sent before anything is awaited leaves in one piece. */
function gatherOn(client: pg.PoolClient): () => void {
  let gathering = false;
  return () => {
    if (gathering) return;
    gathering = true;
    const { stream } = client.connection;
    stream.cork();
    process.nextTick(() => {
      gathering = false;
      stream.uncork();
    });
  };
}

/** One statement on any connection, outside of a transaction. */
export async function runAnywhere<Row>(
  dataSource: DataSource,
  text: string,
  parameters: unknown[],
): Promise<Row[]> {
  return runOn(poolOf(dataSource), text, parameters);
}

/** TypeORM keeps the driver's own pool. */
function poolOf(dataSource: DataSource): pg.Pool {
  return (dataSource.driver as unknown as { master: pg.Pool }).master;
}

async function runOn<Row>(on: pg.Pool | pg.PoolClient, text: string, values: unknown[]): Promise<Row[]> {
  const name = statementName(text);
  const asked = name === null ? { text, values } : { name, text, values };
  const { rows, fields } = await on.query<unknown[]>({ ...asked, rowMode: 'array' });
  const names = fields.map((field) => nameOf(field.name));
  return rows.map((row) => {
    const named: Record<string, unknown> = {};
    for (let at = 0; at < names.length; at += 1) named[names[at] as string] = row[at];
    return named as Row;
  });
}

/** "The transaction is aborted": what follows a statement that failed. */
const followsFailure = '25P02';

/**
 * Like Promise.all, but nothing is left under way on the connection when it throws, and it throws what went wrong, not what failed only
 * because of that: who tries again looks at the error.
 */
export async function allEnded<All extends readonly unknown[]>(
  all: readonly [...All],
): Promise<{ [Place in keyof All]: Awaited<All[Place]> }> {
  const ends = await Promise.allSettled(all);
  const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []));
  const cause = errors.find((error) => sqlState(error) !== followsFailure);
  if (cause !== undefined) throw cause;
  return Promise.all(all) as Promise<{ [Place in keyof All]: Awaited<All[Place]> }>;
}

/** What went wrong, when an error only says that something had failed before it. */
export async function causeOf(error: unknown, before: readonly Promise<unknown>[]): Promise<unknown> {
  if (sqlState(error) !== followsFailure) return error;
  return allEnded(before).then(
    () => error,
    (cause: unknown) => cause,
  );
}

const mostNames = 400;
const seenOnce = new Set<string>();
const statementNames = new Map<string, string>();
let generation = 0;

/** Null for a text that was never seen before, and when there are too many. */
function statementName(text: string): string | null {
  const known = statementNames.get(text);
  if (known !== undefined) return known;
  if (statementNames.size >= mostNames) return null;
  if (!seenOnce.has(text)) {
    if (seenOnce.size >= mostNames * 4) seenOnce.clear();
    seenOnce.add(text);
    return null;
  }
  seenOnce.delete(text);
  const name = `adj_${generation}_${statementNames.size}`;
  statementNames.set(text, name);
  return name;
}

/** A migration that another process ran changed what a statement answers: all are prepared anew, under other names. */
export function forgetStatements(): void {
  generation += 1;
  statementNames.clear();
}

/** The five-character SQLSTATE of a database error, or undefined. */
export function sqlState(error: unknown): string | undefined {
  // TypeORM, which runs the migrations, wraps the driver's error.
  const inner = (error as { driverError?: unknown } | null)?.driverError ?? error;
  const { code } = (inner ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

const names = new Map<string, string>();

function nameOf(column: string): string {
  let name = names.get(column);
  if (name === undefined) {
    name = camelCase(column);
    if (names.size < 5000) names.set(column, name);
  }
  return name;
}
