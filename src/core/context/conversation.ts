/**
 * Packs the conversation of one attempt: what stands at its beginning, a summary of what fell out, and the turns since. Pure.
 *
 * 1. A turn is an answer with all results of its tool calls, or a line of ours: never half of it.
 * 2. While everything fits nothing is touched: the prompt grows at its end alone, so that provider caches hit.
 * 3. When it does not, so many of the oldest turns fall out that the rest has room to grow for a while; they are summarised.
 * 4. The beginning and the last turn stay; long texts in them are cut to heads before the packing fails.
 */
import { type KeptPart, type LeftPart, pack, type Packing } from './pack.ts';

export interface Entry {
  seq: number;
  role: 'user' | 'assistant' | 'tool';
  tokens: number;
  /** It may be cut to so much. */
  least?: number;
}

export interface ConversationParts {
  /** Tokens of the model's window, less those of the answer. */
  room: number;
  /** System text, tools and schema: what stands before all messages. */
  frame: { id: string; tokens: number }[];
  /** Of the attempt, in order, those that a summary covers left out; the first is the beginning. */
  entries: readonly Entry[];
  summary: { from: number; to: number; tokens: number } | null;
}

export interface PackedConversation {
  fits: boolean;
  needs: number;
  room: number;
  total: number;
  kept: KeptPart[];
  left: LeftPart[];
  /** Entries that are sent as they are: ranges of sequence numbers. */
  ranges: { from: number; to: number }[];
  /** Entries of which only so many tokens are sent. */
  cut: { seq: number; tokens: number }[];
  /** Turns that fell out and are in no summary yet. */
  fallen: { from: number; to: number } | null;
  /** The old summary is part of the prompt. */
  showsSummary: boolean;
}

/** Of the room, for what is kept when turns fall out. */
const afterFallShare = 0.5;
/** What a cut entry shows at least. */
const leastOfEntry = 120;
export const summaryTokens = 1_500;

interface Turn<Each extends Entry = Entry> {
  entries: Each[];
  tokens: number;
}

export function packConversation(parts: ConversationParts): PackedConversation {
  const [opening, ...rest] = parts.entries;
  const turns = turnsOf(rest);
  const fixed = sum(parts.frame) + (opening?.tokens ?? 0) + (parts.summary?.tokens ?? 0);
  if (fixed + sum(turns) <= parts.room) return whole(parts);
  const firstKept = oldestKept(turns, parts, fixed);
  return shortened(parts, turns.slice(0, firstKept), turns.slice(firstKept));
}

function whole(parts: ConversationParts): PackedConversation {
  const packing = pack(partsOf(parts, parts.entries, parts.summary?.tokens ?? 0), parts.room);
  const { entries, summary } = parts;
  return {
    ...packing,
    room: parts.room,
    ranges: rangesOf(entries),
    cut: [],
    fallen: null,
    showsSummary: summary !== null,
  };
}

/** The last turn stays, and of those before it what goes into half of the room. */
function oldestKept(turns: Turn[], { room, summary }: ConversationParts, fixed: number): number {
  const forSummary = Math.max(0, Math.min(summaryTokens, room * 0.1) - (summary?.tokens ?? 0));
  let tokens = fixed + forSummary;
  let first = turns.length;
  while (first > 0) {
    tokens += turns[first - 1]?.tokens ?? 0;
    if (tokens > room * afterFallShare && first < turns.length) break;
    first -= 1;
  }
  return first;
}

function shortened(parts: ConversationParts, fallen: Turn[], stays: Turn[]): PackedConversation {
  const { room, entries } = parts;
  const opening = entries.slice(0, 1);
  const lost = fallen.flatMap((turn) => turn.entries);
  const kept = [...opening, ...stays.flatMap((turn) => turn.entries)];
  const forSummary =
    lost.length > 0 ? Math.min(summaryTokens, Math.floor(room * 0.1)) : (parts.summary?.tokens ?? 0);
  const packing = packKept(parts, kept, forSummary);
  const cut = packing.kept.flatMap(({ id, tokens, cut: isCut }) =>
    isCut ? [{ seq: Number(id.slice('entry '.length)), tokens }] : [],
  );
  const [from, to] = [lost[0]?.seq, lost.at(-1)?.seq];
  const gone: LeftPart[] = fallen.map(({ entries: each, tokens }) => ({
    id: `entries ${each[0]?.seq}–${each.at(-1)?.seq}`,
    tokens,
    why: 'the oldest turns fall out when the window is full; the summary tells of them',
  }));
  return {
    ...packing,
    room,
    left: [...gone, ...packing.left],
    ranges: rangesOf(kept.filter(({ seq }) => !cut.some((each) => each.seq === seq))),
    cut,
    fallen: from === undefined || to === undefined ? null : { from, to },
    showsSummary: lost.length === 0 && parts.summary !== null,
  };
}

/** Long results in the last turn are cut before the beginning is, which every later turn shows too. */
function packKept(parts: ConversationParts, kept: readonly Entry[], summary: number): Packing {
  const later = pack(partsOf(parts, kept, summary, 1), parts.room);
  return later.fits && later.left.length === 0 ? later : pack(partsOf(parts, kept, summary), parts.room);
}

function partsOf({ frame }: ConversationParts, entries: readonly Entry[], summary: number, rankOfTurns = 0) {
  const [opening, ...rest] = entries.map(({ seq, role, tokens, least = leastOfEntry }) => ({
    id: `entry ${seq}`,
    tokens,
    rank: 0,
    // An answer goes back as it came, or not at all.
    ...(role === 'assistant' ? {} : { least }),
  }));
  return [
    ...frame.map((part) => ({ ...part, rank: 0 })),
    ...(opening ? [opening] : []),
    ...(summary > 0 ? [{ id: 'summary', tokens: summary, rank: 0 }] : []),
    ...rest.map((part) => ({ ...part, rank: rankOfTurns })),
  ];
}

/** An answer with the results of its calls is one turn, and so is each line of ours. */
export function turnsOf<Each extends Entry>(entries: readonly Each[]): Turn<Each>[] {
  const turns: Turn<Each>[] = [];
  for (const entry of entries) {
    const last = turns.at(-1);
    if (entry.role === 'tool' && last) {
      last.entries.push(entry);
      last.tokens += entry.tokens;
    } else turns.push({ entries: [entry], tokens: entry.tokens });
  }
  return turns;
}

function rangesOf(entries: readonly Entry[]): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (const { seq } of entries) {
    const last = ranges.at(-1);
    if (last?.to === seq - 1) last.to = seq;
    else ranges.push({ from: seq, to: seq });
  }
  return ranges;
}

function sum(parts: readonly { tokens: number }[]): number {
  return parts.reduce((total, { tokens }) => total + tokens, 0);
}
