/**
 * What must hold when all has come to rest, whatever was killed on the way. Each invariant is one statement that answers the rows that
 * break it, straight on the database; those about money also look at the journal of the scripted model server, which is the other
 * side's book. They hold for work that nobody cancelled, retried or edited by hand.
 */
import type { JournalEntry } from '../support/scripted-model-server/journal.ts';
import { bookInvariants } from './invariants/books.ts';
import { messageInvariants } from './invariants/messages.ts';
import { doorInvariants } from './invariants/door.ts';
import { recordInvariants } from './invariants/record.ts';

export type Row = Record<string, unknown>;
export type Sql = (text: string, parameters: unknown[]) => Promise<Row[]>;

/** What was seen from outside: answers at the door, and what the model server served. */
export interface Outside {
  /** Every 201: the Idempotency-Key and the task's id that came with it. */
  accepted: { key: string; id: string }[];
  /** The same of messages. */
  messages: { key: string; id: string }[];
  journal: JournalEntry[];
}

export interface Invariant {
  name: string;
  /** `$1` is what `needs` names, as JSON; at most `mostRows` rows are shown. */
  sql: string;
  needs?: keyof Outside;
}

export interface Finding {
  name: string;
  broken: Row[];
}

export const invariants: Invariant[] = [
  ...doorInvariants,
  ...recordInvariants,
  ...messageInvariants,
  ...bookInvariants,
];

const mostRows = 20;

export async function checkInvariants(sql: Sql, outside: Outside): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name, sql: text, needs } of invariants) {
    const parameters = needs ? [JSON.stringify(outside[needs])] : [];
    findings.push({
      name,
      broken: await sql(`SELECT * FROM (${text}) AS broken LIMIT ${mostRows}`, parameters),
    });
  }
  return findings;
}
