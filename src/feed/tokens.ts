import type { Redis } from 'ioredis';
import type { Tokens } from '../contracts/live.ts';
import { forget } from './connections.ts';
import type { TokenNotice } from './messages.ts';

/**
 * The text of model calls while it is written.
 *
 * 1. At most 30 messages a second per stream: one flush takes one call, the calls of a stream take turns. The first waits its turn too: an answer
 *    that is whole by then is told in one message, and nothing of it is stored.
 * 2. Text so far is in Redis under the same MULTI that publishes the piece: whoever subscribes first and reads then has all.
 * 3. The writer keeps its whole text. When a store failed or Redis was emptied (seen by the length that APPEND answers), the next
 *    flush writes it whole.
 */
const flushEveryMs = 34;
const keepSeconds = 900;

export interface TokenPiece {
  stream: string;
  callId: string;
  try: number;
  text: string;
  /** Also shown to whoever watches this task tree. */
  rootTaskId?: string | null;
}

interface Call extends Omit<TokenPiece, 'text' | 'rootTaskId'> {
  rootTaskId: string | null;
  text: string;
  /** Characters that were sent, and whether the store has exactly these. */
  sent: number;
  stored: boolean;
}

interface Pace {
  due: Call[];
  timer: NodeJS.Timeout | undefined;
  nextAt: number;
}

export interface TokenFeed {
  /** Fire and forget. */
  append(piece: TokenPiece): void;
  /** What was written so far in calls that are under way on this stream (or `tree/{id}`); empty while Redis is away. */
  soFar(stream: string): Promise<Tokens[]>;
  /** To be called when the text is stored (or the call failed): the pieces are forgotten. */
  end(callId: string): void;
}

export function createTokenFeed(client: Redis, prefix: string): TokenFeed & { close(): void } {
  const calls = new Map<string, Call>();
  const paces = new Map<string, Pace>();
  const keys = keysOf(prefix);

  const flushNext = (stream: string, pace: Pace) => {
    pace.timer = undefined;
    const call = pace.due.shift();
    if (!call) return void paces.delete(stream);
    send({ client, keys }, call);
    pace.nextAt = Date.now() + flushEveryMs;
    schedule(stream, pace);
  };
  const schedule = (stream: string, pace: Pace) => {
    pace.timer ??= setTimeout(() => flushNext(stream, pace), Math.max(0, pace.nextAt - Date.now())).unref();
  };

  return {
    append(piece) {
      const call = callFor(calls, piece);
      if (!call) return;
      call.text += piece.text;
      const nextAt = Date.now() + flushEveryMs;
      const pace = paces.get(call.stream) ?? { due: [], timer: undefined, nextAt };
      paces.set(call.stream, pace);
      if (!pace.due.includes(call)) pace.due.push(call);
      schedule(call.stream, pace);
    },
    soFar: (stream) => readSoFar(client, keys, stream).catch(() => []),
    end(callId) {
      const call = calls.get(callId);
      if (!call) return;
      calls.delete(callId);
      const pace = paces.get(call.stream);
      if (pace) pace.due = pace.due.filter((other) => other !== call);
      finish({ client, keys }, call);
    },
    close() {
      for (const pace of paces.values()) clearTimeout(pace.timer);
    },
  };
}

type Keys = ReturnType<typeof keysOf>;
function keysOf(prefix: string) {
  return {
    channel: `${prefix}tokens`,
    text: (callId: string) => `${prefix}text:${callId}`,
    about: (callId: string) => `${prefix}call:${callId}`,
    of: (stream: string) => `${prefix}calls:${stream}`,
  };
}

/** The call that the piece belongs to, begun anew by a higher try; undefined for a piece of a lower one. */
function callFor(calls: Map<string, Call>, piece: TokenPiece): Call | undefined {
  const known = calls.get(piece.callId);
  if (known && known.try > piece.try) return undefined;
  if (known && known.try === piece.try) return known;
  const { stream, callId } = piece;
  const root = { rootTaskId: piece.rootTaskId ?? null };
  const call: Call = known ?? { stream, callId, ...root, try: piece.try, text: '', sent: 0, stored: false };
  Object.assign(call, { try: piece.try, text: '', sent: 0, stored: false });
  calls.set(callId, call);
  return call;
}

interface Wire {
  client: Redis;
  keys: Keys;
}

function send({ client, keys }: Wire, call: Call): void {
  const end = endsInHalfCharacter(call.text) ? call.text.length - 1 : call.text.length;
  if (end <= call.sent) return;
  const offset = call.sent;
  const text = call.text.slice(offset, end);
  call.sent = end;
  if (client.status !== 'ready') {
    call.stored = false;
    return;
  }
  const bytes = Buffer.byteLength(call.text.slice(0, end));
  const append = call.stored;
  call.stored = true;
  const multi = client.multi();
  if (append) multi.append(keys.text(call.callId), text);
  else multi.set(keys.text(call.callId), call.text.slice(0, end));
  multi.hset(keys.about(call.callId), { stream: call.stream, try: call.try });
  for (const key of [keys.text(call.callId), keys.about(call.callId)]) multi.expire(key, keepSeconds);
  for (const key of indexes(keys, call)) multi.sadd(key, call.callId).expire(key, keepSeconds);
  const { stream, callId, rootTaskId } = call;
  const notice: TokenNotice = { stream, rootTaskId, callId, try: call.try, offset, text, end: false };
  multi.publish(keys.channel, JSON.stringify(notice));
  multi.exec().then(
    (answers) => {
      if (append && answers?.[0]?.[1] !== bytes) call.stored = false;
    },
    () => (call.stored = false),
  );
}

function finish({ client, keys }: Wire, call: Call): void {
  if (client.status !== 'ready') return;
  const { stream, callId, rootTaskId, sent } = call;
  const rest = { offset: sent, text: call.text.slice(sent), end: true };
  const notice: TokenNotice = { stream, rootTaskId, callId, try: call.try, ...rest };
  // Of an earlier try something may be left, stored by a worker that is no more.
  if (sent === 0 && call.try === 1)
    return forget(client.publish(keys.channel, JSON.stringify(notice)), () => {});
  const multi = client.multi().del(keys.text(callId), keys.about(callId));
  for (const key of indexes(keys, call)) multi.srem(key, callId);
  multi.publish(keys.channel, JSON.stringify(notice));
  forget(multi.exec(), () => {});
}

function indexes(keys: Keys, { stream, rootTaskId }: Call): string[] {
  return rootTaskId ? [keys.of(stream), keys.of(`tree/${rootTaskId}`)] : [keys.of(stream)];
}

async function readSoFar(client: Redis, keys: Keys, stream: string): Promise<Tokens[]> {
  const found: Tokens[] = [];
  for (const callId of await client.smembers(keys.of(stream))) {
    const answers = await client.multi().hgetall(keys.about(callId)).get(keys.text(callId)).exec();
    const about = answers?.[0]?.[1] as { stream?: string; try?: string } | undefined;
    const text = answers?.[1]?.[1];
    if (!about?.stream || typeof text !== 'string') continue;
    found.push({ stream: about.stream, callId, try: Number(about.try), offset: 0, text });
  }
  return found;
}

/** A pair of UTF-16 units that comes in two pieces would be stored as two unknown characters. */
function endsInHalfCharacter(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}
