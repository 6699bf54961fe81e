import { setTimeout } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { EventEnvelope, NewEvent } from '../contracts/event.ts';
import {
  allEnded,
  type Connection,
  forgetStatements,
  onConnection,
  runAnywhere,
  sqlState,
} from './connection.ts';
import { type OutboxNote, writeFacts } from './facts.ts';

export { sqlState };

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
  /** The same of its tool servers. */
  toolsRevision: number;
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

const triesOnConflict = 8;
/** After each try longer, and never the same: who met once would meet again. */
const pauseMs = 20;
const retryableCodes = new Set(['40001', '40P01']);
/** "cached plan must not change result type": the tables were changed under a prepared statement. */
const planIsStale = '0A000';

export function createDatabase(dataSource: DataSource, bell: Bell): Database {
  return {
    dataSource,
    inWorkspace: async (scope, work) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await onConnection(dataSource, (connection) => transact({ connection, bell, scope }, work));
        } catch (error) {
          if (attempt >= triesOnConflict || !mayGoOtherwise(error)) throw error;
          await setTimeout(Math.random() * attempt * pauseMs);
        }
      }
    },
    acrossWorkspaces: async <Row>(text: string, parameters: unknown[] = []) => {
      try {
        return await runAnywhere<Row>(dataSource, text, parameters);
      } catch (error) {
        if (sqlState(error) !== planIsStale) throw error;
        forgetStatements();
        return runAnywhere<Row>(dataSource, text, parameters);
      }
    },
  };
}

function mayGoOtherwise(error: unknown): boolean {
  const state = sqlState(error);
  if (state === planIsStale) forgetStatements();
  return state === planIsStale || retryableCodes.has(state ?? '');
}

interface Wiring {
  connection: Connection;
  bell: Bell;
  scope: Scope;
}

async function transact<Result>(
  { connection, bell, scope }: Wiring,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  const gathered: Gathered = { events: [], notes: [], stopIds: [], last: { agents: [], budgets: [] } };
  let open = true;
  try {
    const tx = collect(gathered, { connection, scope, revisions: await begin(connection, scope) });
    const result = await work(tx);
    for (const finish of [...gathered.last.agents, ...gathered.last.budgets]) await finish();
    open = false;
    const facts = await finishWith(connection, writeFacts(tx, gathered));
    if (facts.events.length > 0 || facts.outboxIds.length > 0)
      bell.ring({ workspaceId: scope.workspaceId, stopIds: gathered.stopIds, ...facts });
    return result;
  } catch (error) {
    // A connection that cannot roll back is closed, which does it too.
    if (open) await connection.command('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

type Revisions = Pick<Tx, 'providersRevision' | 'toolsRevision'>;

/** Names the workspace to the database, and asks in the same statement how its providers and tool servers stand. */
async function begin(connection: Connection, { workspaceId }: Scope): Promise<Revisions> {
  const [, [row]] = await allEnded([
    connection.command('BEGIN'),
    connection.run<{ [Key in keyof Revisions]: number | null }>(
      `SELECT set_config('adjutant.workspace', $1, true), w.providers_revision, w.tools_revision
         FROM (SELECT) AS one LEFT JOIN workspaces w ON w.id = $1`,
      [workspaceId],
    ),
  ]);
  return { providersRevision: row?.providersRevision ?? 0, toolsRevision: row?.toolsRevision ?? 0 };
}

/** The last statements and the commit go out together. After one that failed, PostgreSQL answers a COMMIT with a rollback. */
async function finishWith<Facts>(connection: Connection, writing: Promise<Facts>): Promise<Facts> {
  const [facts, tag] = await allEnded([writing, connection.command('COMMIT')]);
  if (tag !== 'COMMIT') throw new Error('A statement failed unnoticed: the transaction was rolled back.');
  return facts;
}

interface Gathered {
  events: Parameters<typeof writeFacts>[1]['events'];
  notes: OutboxNote[];
  stopIds: string[];
  last: Record<'agents' | 'budgets', (() => Promise<void>)[]>;
}

function collect(
  { events, notes, stopIds, last }: Gathered,
  { connection, scope, revisions }: { connection: Connection; scope: Scope; revisions: Revisions },
): Tx {
  return {
    ...scope,
    ...revisions,
    sql: (text, parameters) => connection.run(text, parameters),
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
}
