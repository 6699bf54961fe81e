import type { Usage } from '../../../src/models/port.ts';
import type { Protocol, ServedCall } from './script.ts';

export type Outcome =
  | 'open' // still being answered
  | 'served' // answered whole: this is billed
  | 'refused' // an error status instead of an answer: not billed
  | 'broken' // begun and not finished, on purpose
  | 'client_gone' // the caller hung up before the end
  | 'unplanned'; // the script has no answer for it

export interface JournalEntry {
  /** The request id that the caller was told. */
  id: string;
  seq: number;
  protocol: Protocol | 'unknown';
  model: string;
  callKey: string | null;
  try: number | null;
  stream: boolean;
  outcome: Outcome;
  status: number;
  /** Of the answer that was meant, whatever became of it; null where there was none. */
  usage: Usage | null;
  at: string;
  endedAt: string | null;
  note: string | null;
}

export interface Journal {
  open(id: string, call: ServedCall | null): JournalEntry;
  close(entry: JournalEntry, outcome: Exclude<Outcome, 'open'>, note?: string): void;
  entries(after?: number): JournalEntry[];
}

export function createJournal(): Journal {
  const entries: JournalEntry[] = [];
  return {
    open(id, call) {
      const entry: JournalEntry = {
        id,
        seq: entries.length + 1,
        protocol: call?.protocol ?? 'unknown',
        model: call?.model ?? '',
        callKey: call?.callKey ?? null,
        try: call?.try ?? null,
        stream: call?.stream ?? false,
        outcome: 'open',
        status: 0,
        usage: null,
        at: new Date().toISOString(),
        endedAt: null,
        note: null,
      };
      entries.push(entry);
      return entry;
    },
    close(entry, outcome, note) {
      if (entry.outcome !== 'open') return;
      entry.outcome = outcome;
      entry.endedAt = new Date().toISOString();
      entry.note = note ?? null;
    },
    entries: (after = 0) => entries.slice(after),
  };
}
