import type { DataSource, EntityManager } from 'typeorm';
import type { EventEnvelope, NewEvent } from '../contracts/event.ts';
import { type OutboxNote, writeFacts } from './facts.ts';
import { camelCase } from './naming.ts';

/**
 * The only way to the record.
 *
 * 1. Everything runs in one transaction that carries its workspace; stores put `tx.workspaceId` into every statement.
 * 2. Events and outbox entries are collected while the transaction runs and written by its last statement, so that the stream
 *    counters are held as short as possible and always locked in order of their names.
 * 3. The bell rings after the commit, never before; a bell that fails loses nothing, since readers also poll.
 * 4. Deadlocks and serialisation failures are tried again from the start.
 */
export interface Scope {
  workspaceId: string;
  /** Who does it: a principal's or an agent's id, `system`, or `operations`. */
  actor: string;
}

export interface Tx extends Scope {
  /** Of the workspace's model providers, as it was when the transaction began: what is kept in memory of them is compared with it. */
  providersRevision: number;
  em: EntityManager;
  /** One statement with parameters; columns come back in camelCase. */
  sql<Row>(text: string, parameters?: unknown[]): Promise<Row[]>;
  emit(event: NewEvent, place?: { rootTaskId?: string | null; actor?: string }): void;
  /** Asks the Temporal workflow of `target` to look again, by way of the outbox. */
  wake(note: OutboxNote): void;
  /** The last work of the transaction, after everything else but the writing of events: for locks that come late in their order:
   *  agents before budgets. */
  atEnd(work: () => Promise<void>, locks?: 'agents' | 'budgets'): void;
  /** After the commit, whoever works on this task is told to abort at once; Temporal's cancellation is the guarantee. */
  stop(taskId: string): void;
}

/** What became visible with one commit. `rootTaskIds` names the task trees that the events belong to. */
export interface Committed {
  workspaceId: string;
  events: EventEnvelope[];
  outboxIds: string[];
  rootTaskIds: string[];
  /** Tasks whose work under way is to be aborted at once. */
  stopIds: string[];
}

/** Called after a commit with what became visible. Must not throw. */
export interface Bell {
  ring(facts: Committed): void;
}

export interface Database {
  dataSource: DataSource;
  inWorkspace<Result>(scope: Scope, work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** For the dispatcher, the relay and the reconciler: statements over all workspaces, no events. */
  acrossWorkspaces<Row>(text: string, parameters?: unknown[]): Promise<Row[]>;
}

const triesOnConflict = 5;
const retryableCodes = new Set(['40001', '40P01']);

export function createDatabase(dataSource: DataSource, bell: Bell): Database {
  return {
    dataSource,
    inWorkspace: async (scope, work) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await transact({ dataSource, bell, scope }, work);
        } catch (error) {
          if (attempt >= triesOnConflict || !retryableCodes.has(sqlState(error) ?? '')) throw error;
        }
      }
    },
    acrossWorkspaces: async <Row>(text: string, parameters: unknown[] = []) =>
      rowsOf<Row>(await dataSource.query(text, parameters)),
  };
}

interface Wiring {
  dataSource: DataSource;
  bell: Bell;
  scope: Scope;
}

async function transact<Result>(
  { dataSource, bell, scope }: Wiring,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  const events: Parameters<typeof writeFacts>[1]['events'] = [];
  const notes: OutboxNote[] = [];
  const stopIds: string[] = [];
  const last: Record<'agents' | 'budgets', (() => Promise<void>)[]> = { agents: [], budgets: [] };
  const { result, facts } = await dataSource.transaction(async (em) => {
    const tx: Tx = {
      ...scope,
      providersRevision: await enter(em, scope.workspaceId),
      em,
      sql: async <Row>(text: string, parameters: unknown[] = []) =>
        rowsOf<Row>(await em.query(text, parameters)),
      emit: (event, place) => {
        events.push({ ...event, rootTaskId: place?.rootTaskId ?? null, actor: place?.actor ?? scope.actor });
      },
      wake: (note) => {
        const other = notes.find((each) => each.target === note.target);
        if (!other) notes.push(note);
        else other.afterMs = Math.min(other.afterMs ?? 0, note.afterMs ?? 0);
      },
      atEnd: (finish, locks = 'agents') => void last[locks].push(finish),
      stop: (taskId) => void stopIds.push(taskId),
    };
    const value = await work(tx);
    for (const finish of [...last.agents, ...last.budgets]) await finish();
    return { result: value, facts: await writeFacts(tx, { events, notes }) };
  });
  if (facts.events.length > 0 || facts.outboxIds.length > 0)
    bell.ring({ workspaceId: scope.workspaceId, stopIds, ...facts });
  return result;
}

/** Names the workspace to the database, and asks in the same statement how its providers stand. */
async function enter(em: EntityManager, workspaceId: string): Promise<number> {
  const answer: unknown = await em.query(
    `SELECT set_config('adjutant.workspace', $1, true), (SELECT providers_revision FROM workspaces WHERE id = $1) AS revision`,
    [workspaceId],
  );
  return rowsOf<{ revision: number | null }>(answer)[0]?.revision ?? 0;
}

/** TypeORM answers a SELECT with rows and a write with [rows, count]. */
function rowsOf<Row>(answer: unknown): Row[] {
  const rows = isWriteAnswer(answer) ? answer[0] : answer;
  if (!Array.isArray(rows)) return [];
  return rows.map((row: Record<string, unknown>) => {
    const named: Record<string, unknown> = {};
    for (const key of Object.keys(row)) named[camelCase(key)] = row[key];
    return named as Row;
  });
}

function isWriteAnswer(answer: unknown): answer is [unknown[], number] {
  return (
    Array.isArray(answer) && answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number'
  );
}

/** The five-character SQLSTATE of a database error, or undefined. */
export function sqlState(error: unknown): string | undefined {
  const driverError = (error as { driverError?: { code?: unknown } } | null)?.driverError;
  return typeof driverError?.code === 'string' ? driverError.code : undefined;
}
