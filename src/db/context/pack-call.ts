/**
 * Fits a model call into the window of its model: what is sent, what is left out and why. Runs inside the claim. What falls out of the
 * conversation here and now is summarised without a model; one that can write was asked for it before (core/context/due.ts).
 */
import type { ToolFace } from '../../contracts/tool-card.ts';
import type { Failure } from '../../contracts/task.ts';
import { likelyTokens, mostTokens, type TokenFigures } from '../../core/context/calibration.ts';
import { charactersFor, headOf, shownHead, tailOf } from '../../core/context/clip.ts';
import {
  type PackedConversation,
  packConversation,
  summaryTokens,
  turnsOf,
} from '../../core/context/conversation.ts';
import type { ShownMessage } from '../../core/context/messages.ts';
import { overWindowFailure } from '../../core/context/over-window.ts';
import type { LeftPart } from '../../core/context/pack.ts';
import { promptRoom, windowFor } from '../../core/context/room.ts';
import { extractSummary, summariseRequest, summaryMessage } from '../../core/context/summary.ts';
import type { TokenCounter } from '../../core/context/token-counter.ts';
import type { ModelCandidate } from '../../core/route-model.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { type Conversation, type ConversationEntry, loadConversation } from './conversation.ts';
import { countedBy, tokensOfText } from './count.ts';
import { hashOfRange, messagesFrom, type SentPart } from './sent.ts';
import { keepSummary } from './summaries.ts';
import { hashOf } from './texts.ts';

/** All of a request that stands before the messages. Kept as one text, since it is the same from turn to turn. */
export interface Frame {
  system: string;
  tools: ToolFace[];
  outputSchema: { name: string; schema: Record<string, unknown> } | null;
}

interface PackedTask {
  task: Pick<TaskRow, 'id' | 'attempt'>;
  summarised: boolean;
  /** All of its conversation, if that has just begun. */
  opening: ConversationEntry[] | undefined;
}

export interface PackCall {
  model: ModelCandidate;
  counter: TokenCounter;
  /** What was learned of this counter's counts. */
  figures: TokenFigures;
  frame: Frame;
  output: number;
  share: number;
  purpose: string;
}

/** Kept with the call, for whoever looks inside. Tokens are what this model probably counts. */
export interface PackingRecord {
  room: number;
  total: number;
  /** Who counted: a tokenizer, or `estimate`. Absent in calls of older versions, which were estimated. */
  counter?: string;
  /** Before the model's figures: the reported count is compared with it. */
  estimated: number;
  kept: { id: string; tokens: number; cut?: true }[];
  left: LeftPart[];
  /** The last entry of the transcript that was looked at. */
  upTo: number;
}

export interface PackedCall {
  sent: SentPart[];
  messages: ShownMessage[];
  packing: PackingRecord;
  /** To be kept: those that `sent` names. */
  texts: string[];
  /** Of a call that summarises: the entries that its answer will stand for. */
  summary: { from: number; to: number } | null;
  /** The most that the prompt has. */
  mostTokens: number;
}

/** However it is cut, it does not fit. */
export interface OverWindow {
  over: Failure;
  /** What it needs of a window; null: a larger one would not help. */
  window: number | null;
}

export async function packCall(
  tx: Tx,
  { task, summarised, opening }: PackedTask,
  call: PackCall,
): Promise<PackedCall | OverWindow> {
  const known = opening ? { entries: opening, summary: null } : await loadConversation(tx, task, summarised);
  const whole = countedBy(call.counter, known);
  const summary = call.purpose === 'summarise' ? toSummarise(whole, call) : null;
  if (call.purpose === 'summarise' && !summary) return { over: nothingToSummarise, window: null };
  const conversation = summary
    ? { ...whole, entries: whole.entries.filter(({ seq }, i) => i === 0 || seq <= summary.to) }
    : whole;
  const packed = packConversation(partsOf(conversation, call));
  if (!packed.fits)
    return { over: tooLong(call, packed), window: windowFor(packed.needs, call.output, call.share) };
  const shown = await shownOf(tx, task, { conversation, packed, call });
  const texts = new Map(shown.texts.map((text) => [hashOf(text), text]));
  const sent = summary ? [...shown.sent, { text: hashOf(summariseRequest) }] : shown.sent;
  if (summary) texts.set(hashOf(summariseRequest), summariseRequest);
  const estimated = Math.round(packed.total / call.figures.factor);
  return {
    sent,
    messages: messagesFrom(sent, conversation.entries, texts).messages,
    packing: recordOf(packed, { conversation, estimated, counter: call.counter.name }),
    texts: [...texts.values()],
    summary,
    mostTokens: mostTokens(estimated, call.figures, call.counter),
  };
}

/** One turn alone is longer than what may be left as it is: what does not fit of it is cut. */
const nothingToSummarise: Failure = {
  code: 'nothing_to_summarise',
  message: 'There are no older turns that a summary could stand for.',
};

function tooLong({ model, output }: PackCall, { needs, room, kept }: PackedConversation): Failure {
  const { provider, id, contextTokens } = model;
  return overWindowFailure({ provider, model: id, contextTokens, output, needs, room, parts: kept });
}

/** In what the model probably counts. */
function partsOf(
  { entries, summary }: Conversation,
  { frame, counter, figures, model, output, share, purpose }: PackCall,
) {
  const count = (tokens: number) => likelyTokens(tokens, figures);
  const texts = [
    { id: 'system', text: frame.system },
    { id: 'tools', text: frame.tools.length > 0 ? JSON.stringify(frame.tools) : '' },
    { id: 'schema', text: frame.outputSchema ? JSON.stringify(frame.outputSchema) : '' },
    { id: 'request', text: purpose === 'summarise' ? summariseRequest : '' },
  ];
  return {
    room: promptRoom(model, output, share),
    frame: texts.flatMap(({ id, text }) =>
      text === '' ? [] : [{ id, tokens: count(tokensOfText(counter, text)) }],
    ),
    entries: entries.map(({ seq, role, tokens, content }, i) => ({
      seq,
      role,
      tokens: count(tokens),
      ...(typeof content.must === 'number'
        ? { least: count(content.must) }
        : i === 0
          ? { least: count(tokens) }
          : {}),
    })),
    summary: summary ? { from: summary.fromSeq, to: summary.toSeq, tokens: count(summary.tokens) } : null,
  };
}

/** Of the room, for the newest turns that a summary leaves alone. */
const untouchedShare = 0.3;

function toSummarise(
  { entries, summary }: Conversation,
  call: PackCall,
): { from: number; to: number } | null {
  const turns = turnsOf(entries.slice(1));
  const room = promptRoom(call.model, call.output) * untouchedShare;
  let tokens = 0;
  let first = turns.length;
  while (first > 0 && (first === turns.length || tokens < room)) {
    first -= 1;
    tokens += likelyTokens(turns[first]?.tokens ?? 0, call.figures);
  }
  const last = turns[first - 1]?.entries.at(-1);
  const from = summary?.fromSeq ?? turns[0]?.entries[0]?.seq;
  return last && from !== undefined ? { from, to: last.seq } : null;
}

interface Showing {
  conversation: Conversation;
  packed: PackedConversation;
  call: PackCall;
}

async function shownOf(
  tx: Tx,
  task: Pick<TaskRow, 'id' | 'attempt'>,
  showing: Showing,
): Promise<{ sent: SentPart[]; texts: string[] }> {
  const { conversation, packed } = showing;
  const said = await summaryText(tx, task, showing);
  const cut = new Map(packed.cut.map(({ seq, tokens }) => [seq, tokens]));
  const gone = packed.fallen ?? { from: 0, to: -1 };
  const texts: string[] = [];
  const sent: SentPart[] = [];
  let range: ConversationEntry[] = [];
  const close = () => {
    const [first, last] = [range[0], range.at(-1)];
    if (first && last) sent.push({ from: first.seq, to: last.seq, hash: hashOfRange(range) });
    range = [];
  };
  conversation.entries.forEach((entry, i) => {
    if (i === 1 && said !== null) {
      close();
      sent.push({ text: hashOf(said) });
      texts.push(said);
    }
    if (entry.seq >= gone.from && entry.seq <= gone.to) return close();
    const tokens = cut.get(entry.seq);
    if (tokens === undefined) {
      range.push(entry);
      return;
    }
    close();
    const text = cutText(entry, { tokens, figures: showing.call.figures });
    sent.push({ seq: entry.seq, text: hashOf(text) });
    texts.push(text);
  });
  close();
  return { sent, texts };
}

/** What stands for the turns that are not shown; null when all are. */
async function summaryText(
  tx: Tx,
  task: Pick<TaskRow, 'id' | 'attempt'>,
  { conversation, packed, call }: Showing,
): Promise<string | null> {
  const { summary, entries } = conversation;
  const { fallen } = packed;
  if (!fallen)
    return summary ? summaryMessage(summary.text, { from: summary.fromSeq, to: summary.toSeq }) : null;
  const lost = entries.filter(({ seq }) => seq >= fallen.from && seq <= fallen.to);
  const room = Math.min(summaryTokens, Math.floor(packed.room * 0.1)) / call.figures.factor;
  const text = extractSummary(lost, {
    earlier: summary?.text ?? null,
    characters: Math.floor(room * 3) - 200,
  });
  const range = { from: summary?.fromSeq ?? fallen.from, to: fallen.to };
  await keepSummary(tx, task, { ...range, text, callId: null });
  return summaryMessage(text, range);
}

function cutText(
  { role, content, tokens }: ConversationEntry,
  to: { tokens: number; figures: TokenFigures },
): string {
  const text = typeof content.text === 'string' ? content.text : '';
  const all = likelyTokens(tokens, to.figures);
  const characters = charactersFor(text, { tokens: all, room: Math.max(0, to.tokens - 40) });
  if (role === 'tool')
    return shownHead(text, characters, typeof content.result === 'string' ? content.result : null);
  const tail = tailOf(text, Math.floor(characters * 0.4));
  const head = headOf(text, characters - tail.length);
  return `${head}\n…[${(text.length - head.length - tail.length).toLocaleString('en-US')} characters were left out: the window is too small]…\n${tail}`;
}

function recordOf(
  { room, total, kept, left }: PackedConversation,
  { conversation, estimated, counter }: { conversation: Conversation; estimated: number; counter: string },
): PackingRecord {
  const opening = conversation.entries[0]?.content.left;
  const { entries } = conversation;
  return {
    room,
    total,
    counter,
    estimated,
    kept: inRanges(kept),
    left: [...(Array.isArray(opening) ? (opening as LeftPart[]) : []), ...left],
    upTo: entries.at(-1)?.seq ?? 0,
  };
}

/** Neighbouring entries in one line: a long conversation has thousands. */
function inRanges(kept: PackedConversation['kept']): PackingRecord['kept'] {
  const lines: PackingRecord['kept'] = [];
  let range: { from: number; to: number; tokens: number } | null = null;
  const close = () => {
    if (!range) return;
    const { from, to, tokens } = range;
    lines.push({ id: from === to ? `entry ${from}` : `entries ${from}–${to}`, tokens });
    range = null;
  };
  for (const { id, tokens, cut } of kept) {
    const seq = id.startsWith('entry ') && !cut ? Number(id.slice('entry '.length)) : null;
    if (seq !== null && range && (range as { to: number }).to === seq - 1) {
      range = {
        from: (range as { from: number }).from,
        to: seq,
        tokens: (range as { tokens: number }).tokens + tokens,
      };
      continue;
    }
    close();
    if (seq === null) lines.push({ id, tokens, ...(cut ? { cut: true as const } : {}) });
    else range = { from: seq, to: seq, tokens };
  }
  close();
  return lines;
}
