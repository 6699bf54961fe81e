/**
 * What a model call sent, without copies.
 *
 * 1. A range of transcript entries is sent as it stands; its hash covers theirs, so that it can be shown that they are the same.
 * 2. An entry that was cut is named with the text that was shown of it; a text that is no entry (a summary) stands alone.
 * 3. The messages are always made from this, for the first try, for every later one and for whoever looks: they are the same, byte for byte.
 */
import { type ShownMessage, toShownMessage } from '../../core/context/messages.ts';
import type { Tx } from '../record.ts';
import type { ConversationEntry } from './conversation.ts';
import { hashOf, loadTexts } from './texts.ts';

export type SentPart =
  | { from: number; to: number; hash: string }
  /** `text`: the hash of what is shown of this entry. */
  | { seq: number; text: string }
  /** A message of ours that is no entry. */
  | { text: string };

interface Place {
  taskId: string;
  attempt: number;
}

export function hashOfRange(entries: readonly Pick<ConversationEntry, 'hash'>[]): string {
  return hashOf(entries.map(({ hash }) => hash).join('\n'));
}

export interface Rebuilt {
  messages: ShownMessage[];
  /** False: an entry is not any more what it was. */
  intact: boolean;
}

export async function messagesOfSent(
  tx: Tx,
  { taskId, attempt }: Place,
  sent: readonly SentPart[],
): Promise<Rebuilt> {
  const ranges = sent.flatMap((part) =>
    'from' in part ? [part] : 'seq' in part ? [{ from: part.seq, to: part.seq }] : [],
  );
  const first = ranges[0]?.from ?? 0;
  // What a summary stands for lies between the beginning and the rest, and is not read.
  const rest = ranges.flatMap(({ from, to }) => (to > first ? [Math.max(from, first + 1)] : []));
  const entries = await tx.sql<ConversationEntry>(
    `SELECT seq, role, content, hash, tokens FROM transcript
      WHERE task_id = $1 AND attempt = $2 AND (seq = $3 OR seq BETWEEN $4 AND $5) ORDER BY seq`,
    [taskId, attempt, first, rest[0] ?? 0, ranges.at(-1)?.to ?? 0],
  );
  const texts = await loadTexts(
    tx,
    sent.flatMap((part) => ('text' in part ? [part.text] : [])),
  );
  return messagesFrom(sent, entries, texts);
}

export function messagesFrom(
  sent: readonly SentPart[],
  entries: readonly ConversationEntry[],
  texts: ReadonlyMap<string, string>,
): Rebuilt {
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  let intact = true;
  const messages = sent.flatMap((part): ShownMessage[] => {
    if ('from' in part) {
      const range = entries.filter(({ seq }) => seq >= part.from && seq <= part.to);
      intact &&= hashOfRange(range) === part.hash;
      return range.map(({ role, content }) => toShownMessage(role, content));
    }
    const text = texts.get(part.text);
    intact &&= text !== undefined;
    const entry = 'seq' in part ? bySeq.get(part.seq) : null;
    if (entry) return [toShownMessage(entry.role, entry.content, text ?? '')];
    return [{ role: 'user', text: text ?? '' }];
  });
  return { messages, intact };
}
