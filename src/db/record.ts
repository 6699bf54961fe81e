import { setTimeout } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { EventEnvelope, NewEvent } from '../contracts/event.ts';
import {
  allEnded,
  causeOf,
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
  /** Its statements are the same each time and want the same plan whatever their values: PostgreSQL need not try it out on five. */
  planOnce?: boolean;
  /** Tried once, never step by step, and with little patience for locks: whoever asks knows another way. */
  once?: boolean;
}

export interface Tx extends Scope {
  /** Of the workspace's model providers, as it was when the transaction began: what is kept in memory of them is compared with it. */
  providersRevision: number;
  /** The same of its tool servers. */
  toolsRevision: number;
  /** One statement with parameters; columns come back in camelCase. */
  sql<Row>(text: string, parameters?: unknown[]): Promise<Row[]>;
  /** A statement whose answer nobody needs: it goes out with the next one, before that; if it fails, the transaction does. */
  write(text: string, parameters?: unknown[]): void;
  emit(event: NewEvent, place?: { rootTaskId?: string | null; actor?: string }): void;
  /** Asks the Temporal workflow of `target` to look again, by way of the outbox. */
  wake(note: OutboxNote): void;
  /** Work after everything else but what is sent last: for locks that come late in their order, those of agents. */
  atEnd(work: () => Promise<void>): void;
  /**
   * Statements that are sent with the events and the commit, for rows that everybody wants: those are held without a word from here in
   * between. `send` awaits nothing before it has sent them all. One of them may refuse (`adjutant_stepwise()`): then all is begun anew with
   * `stepwise`, where each is awaited, and may look at what it is answered.
   */
  lastly(send: () => Promise<unknown>): void;
  stepwise: boolean;
  /** For what is kept in memory of the record. Must not throw. */
  afterCommit(work: () => void): void;
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
  /** `ahead`: statements that go out with the beginning of the transaction; `work` is given what they brought. */
  inWorkspace<Result, Known = undefined>(
    scope: Scope,
    work: (tx: Tx, known: Known) => Promise<Result>,
    ahead?: (tx: Tx) => Promise<Known>,
  ): Promise<Result>;
  /** For the dispatcher, the relay and the reconciler: statements over all workspaces, no events. */
  acrossWorkspaces<Row>(text: string, parameters?: unknown[]): Promise<Row[]>;
}

const triesOnConflict = 8;
/** After each try longer, and never the same: who met once would meet again. */
const pauseMs = 20;
const retryableCodes = new Set(['40001', '40P01']);
/** "cached plan must not change result type": the tables were changed under a prepared statement. */
const planIsStale = '0A000';
/** For locks, of who knows another way: longer than anybody's commit takes, shorter than PostgreSQL needs to notice a ring of waiters. */
const patience = '250ms';
/** Of `adjutant_stepwise()`. */
const refused = 'SW001';

export function createDatabase(dataSource: DataSource, bell: Bell): Database {
  return {
    dataSource,
    inWorkspace: async (scope, work, ahead) => {
      let stepwise = false;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await onConnection(dataSource, (connection) =>
            transact({ connection, bell, scope, stepwise }, work, ahead),
          );
        } catch (error) {
          const again = mayGoOtherwise(error);
          if (scope.once) throw error;
          const refusedOnce: boolean = !stepwise && sqlState(error) === refused;
          stepwise ||= refusedOnce;
          if (refusedOnce) continue;
          if (attempt >= triesOnConflict || !again) throw error;
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
  stepwise: boolean;
}

async function transact<Result, Known>(
  { connection, bell, scope, stepwise }: Wiring,
  work: (tx: Tx, known: Known) => Promise<Result>,
  ahead?: (tx: Tx) => Promise<Known>,
): Promise<Result> {
  const gathered: Gathered = {
    events: [],
    notes: [],
    stopIds: [],
    written: [],
    ends: [],
    last: [],
    kept: [],
  };
  let open = true;
  try {
    const tx = collect(gathered, { connection, known: { ...scope, ...unknown, stepwise } });
    const [revisions, known] = await allEnded([begin(connection, scope), ahead?.(tx)]);
    const result = await work(Object.assign(tx, revisions), known as Known);
    for (const finish of gathered.ends) await finish();
    if (stepwise) for (const send of gathered.last.splice(0)) await send();
    open = false;
    const last = gathered.last.map((send) => send());
    const facts = await finishWith(connection, [writeFacts(tx, gathered), ...gathered.written, ...last]);
    for (const keep of gathered.kept) keep();
    if (facts.events.length > 0 || facts.outboxIds.length > 0)
      bell.ring({ workspaceId: scope.workspaceId, stopIds: gathered.stopIds, ...facts });
    return result;
  } catch (error) {
    // A connection that cannot roll back is closed, which does it too.
    if (open) await connection.command('ROLLBACK').catch(() => undefined);
    throw await causeOf(error, gathered.written);
  }
}

type Revisions = Pick<Tx, 'providersRevision' | 'toolsRevision'>;

/** Until the transaction has begun. */
const unknown: Revisions = { providersRevision: 0, toolsRevision: 0 };

/** Names the workspace to the database, and asks in the same statement how its providers and tool servers stand. */
async function begin(connection: Connection, { workspaceId, planOnce, once }: Scope): Promise<Revisions> {
  const [, [row]] = await allEnded([
    connection.command('BEGIN'),
    connection.run<{ [Key in keyof Revisions]: number | null }>(
      `SELECT set_config('adjutant.workspace', $1, true), set_config('plan_cache_mode', $2, true),
              set_config('lock_timeout', coalesce($3, current_setting('lock_timeout')), true), w.providers_revision, w.tools_revision
         FROM (SELECT) AS one LEFT JOIN workspaces w ON w.id = $1`,
      [workspaceId, planOnce ? 'force_generic_plan' : 'auto', once ? patience : null],
    ),
  ]);
  return { providersRevision: row?.providersRevision ?? 0, toolsRevision: row?.toolsRevision ?? 0 };
}

/** The last statements and the commit go out together. After one that failed, PostgreSQL answers a COMMIT with a rollback. */
async function finishWith<Facts>(
  connection: Connection,
  [writing, ...last]: [Promise<Facts>, ...Promise<unknown>[]],
): Promise<Facts> {
  const committing = connection.command('COMMIT');
  // In the order in which they were sent: what fails after the first only follows from it.
  await allEnded<unknown[]>([...last, writing, committing]);
  const [facts, tag] = [await writing, await committing];
  if (tag !== 'COMMIT') throw new Error('A statement failed unnoticed: the transaction was rolled back.');
  return facts;
}

interface Gathered {
  events: Parameters<typeof writeFacts>[1]['events'];
  notes: OutboxNote[];
  stopIds: string[];
  written: Promise<unknown>[];
  ends: (() => Promise<void>)[];
  last: (() => Promise<unknown>)[];
  kept: (() => void)[];
}

function collect(
  { events, notes, stopIds, written, ends, last, kept }: Gathered,
  { connection, known }: { connection: Connection; known: Scope & Revisions & Pick<Tx, 'stepwise'> },
): Tx {
  return {
    ...known,
    sql: (text, parameters) => connection.run(text, parameters),
    write: (text, parameters) => {
      const writing = connection.run(text, parameters);
      // Whoever ends the transaction looks at it.
      writing.catch(() => undefined);
      written.push(writing);
    },
    emit: (event, place) => {
      events.push({ ...event, rootTaskId: place?.rootTaskId ?? null, actor: place?.actor ?? known.actor });
    },
    wake: (note) => {
      const other = notes.find((each) => each.target === note.target);
      if (!other) notes.push(note);
      else other.afterMs = Math.min(other.afterMs ?? 0, note.afterMs ?? 0);
    },
    atEnd: (finish) => void ends.push(finish),
    lastly: (send) => void last.push(send),
    afterCommit: (keep) => void kept.push(keep),
    stop: (taskId) => void stopIds.push(taskId),
  };
}
