/**
 * What must hold when all has come to rest, whatever was killed on the way. Each invariant is one statement that answers the rows that
 * break it, straight on the database; those about money also look at the journal of the scripted model server, which is the other
 * side's book. They hold for what people held up, cancelled and tried again as well.
 */
import type { JournalEntry } from '../support/scripted-model-server/journal.ts';
import { approvalInvariants } from './invariants/approvals.ts';
import { bookInvariants } from './invariants/books.ts';
import { messageInvariants } from './invariants/messages.ts';
import { controlInvariants } from './invariants/controls.ts';
import { doorInvariants } from './invariants/door.ts';
import { orderInvariants } from './invariants/orders.ts';
import type { Expected } from './meddler.ts';
import { recordInvariants } from './invariants/record.ts';
import { runInvariants } from './invariants/runs.ts';
import type { Decision } from './person.ts';

export type Row = Record<string, unknown>;
export type Sql = (text: string, parameters: unknown[]) => Promise<Row[]>;

/** What was seen from outside: answers at the door, and what the model server served. */
export interface Outside {
  /** Every 201: the Idempotency-Key and the task's id that came with it. */
  accepted: Work[];
  /** The same of messages. */
  messages: { key: string; id: string }[];
  /** And of runs. */
  runs: Work[];
  /** What a person decided, as the door took it. */
  decisions: Decision[];
  journal: JournalEntry[];
  /** What arrived where orders are taken. */
  orders: { key: string }[];
}

/** How it must end: `completed` unless something else is said. */
export interface Work {
  key: string;
  id: string;
  expected?: Expected;
}

export type Invariant = { name: string } & (
  | {
      /** `$1` is what `needs` names, as JSON; at most `mostRows` rows are shown. */
      sql: string;
      needs?: keyof Outside;
    }
  /** What one statement cannot say. */
  | { look: (sql: Sql) => Promise<Row[]> }
);

export interface Finding {
  name: string;
  broken: Row[];
}

export const invariants: Invariant[] = [
  ...doorInvariants,
  ...recordInvariants,
  ...runInvariants,
  ...controlInvariants,
  ...approvalInvariants,
  ...orderInvariants,
  ...messageInvariants,
  ...bookInvariants,
];

const mostRows = 20;

export async function checkInvariants(sql: Sql, outside: Outside): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const invariant of invariants)
    findings.push({ name: invariant.name, broken: await brokenRows(sql, invariant, outside) });
  return findings;
}

async function brokenRows(sql: Sql, invariant: Invariant, outside: Outside): Promise<Row[]> {
  if ('look' in invariant) return (await invariant.look(sql)).slice(0, mostRows);
  const parameters = invariant.needs ? [JSON.stringify(outside[invariant.needs])] : [];
  return sql(`SELECT * FROM (${invariant.sql}) AS broken LIMIT ${mostRows}`, parameters);
}
