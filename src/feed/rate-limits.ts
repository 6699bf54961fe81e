/**
 * Limits of model providers (requests and tokens a minute), shared by all workers. Two meters for each model and key, kept in Redis:
 *
 * 1. A meter is a moment: until when the limit is spoken for. Each call moves it on by its share of the window; a call may go out when that is no more
 *    than one window ahead, so that a whole limit may be used in one burst and never more.
 * 2. Who has to wait has its place: the moment is kept under its ticket, and it goes out then without asking for room again. So waiting calls
 *    go in the order in which they came, spread as the limit allows, and nobody is overtaken.
 * 3. What a provider says of itself in its headers counts more than what was reckoned: a limit that it names, what is left of it, and the time
 *    that it asks for after a 429, which holds everybody.
 * 4. Without Redis there is no limit, and never an error: the provider then says no itself.
 */
import type { Redis } from 'ioredis';
import { forget } from './connections.ts';

export interface Meter {
  limit: number;
  remaining: number;
  /** Until all of the limit is there again; null: not said. Milliseconds. */
  resetMs: number | null;
}

export interface LimitNotice {
  requests?: Meter;
  tokens?: Meter;
  /** It asked to be left alone for so long. */
  blockedMs?: number;
}

export interface Turn {
  /** Milliseconds; 0: it may go out now. */
  waitMs: number;
  limitedBy: 'requests' | 'tokens' | 'provider' | null;
}

export interface Wish {
  /** Names the call: its place is kept under it. */
  ticket: string;
  /** The most that it can take. */
  tokens: number;
  /** What people have set; null: only what the provider says counts. */
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
}

export interface RateLimits {
  take(key: string, wish: Wish): Promise<Turn>;
  learn(key: string, notice: LimitNotice): void;
  /** A call took less than the most. */
  giveBack(key: string, tokens: number): void;
}

const minute = 60_000;
const day = 24 * 60 * minute;
/** Who does not come for its place loses it after this. */
const ticketMs = 2 * minute;

const readNow = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function field(name, absent) return tonumber(redis.call('HGET', KEYS[1], name) or absent) end
`;

const takeScript = `${readNow}
local blocked = field('blocked', 0)
local kept = tonumber(redis.call('GET', KEYS[2]) or 0)
if kept > 0 then
  local due = math.max(kept, blocked)
  if due <= now + 20 then redis.call('DEL', KEYS[2]) return {0, '', 1} end
  return {due - now, redis.call('HGET', KEYS[1], 'why') or 'provider', 1}
end
local due, why, metered = now, '', 0
if blocked > now then due, why = blocked, 'provider' end
local function book(name, amount, set)
  local limit, window = field(name .. ':limit', 0), field(name .. ':window', ${minute})
  if set > 0 and (limit == 0 or set / ${minute} < limit / window) then limit, window = set, ${minute} end
  if limit <= 0 then return end
  if name == 'tokens' then metered = 1 end
  local taken = math.max(field(name .. ':taken', 0), now) + math.min(amount, limit) * window / limit
  redis.call('HSET', KEYS[1], name .. ':taken', string.format('%.3f', taken))
  if taken - window > due then due, why = taken - window, name end
end
book('requests', 1, tonumber(ARGV[2]))
book('tokens', tonumber(ARGV[1]), tonumber(ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ${2 * day})
local wait = math.ceil(due - now)
if wait > 0 then
  redis.call('HSET', KEYS[1], 'why', why)
  redis.call('SET', KEYS[2], string.format('%.0f', math.ceil(due)), 'PX', wait + ${ticketMs})
end
return {wait, why, metered}
`;

/** The window follows from how long the used part takes to come back; of a part too small to tell, nothing follows. */
const learnScript = `${readNow}
local function note(name, limit, remaining, reset)
  if limit <= 0 then return end
  local used, window = math.max(0, limit - remaining), field(name .. ':window', ${minute})
  if reset >= 0 and used >= limit * 0.05 then window = math.min(${day}, math.max(1000, reset * limit / used)) end
  local taken = math.max(field(name .. ':taken', 0), now + used * window / limit)
  redis.call('HSET', KEYS[1], name .. ':limit', limit, name .. ':window', window, name .. ':taken', string.format('%.3f', taken))
end
note('requests', tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]))
note('tokens', tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]))
local blocked = tonumber(ARGV[7])
if blocked > 0 then redis.call('HSET', KEYS[1], 'blocked', string.format('%.0f', math.max(field('blocked', 0), now + blocked)), 'why', 'provider') end
redis.call('PEXPIRE', KEYS[1], ${2 * day})
return 0
`;

const giveBackScript = `${readNow}
local limit, taken = field('tokens:limit', 0), field('tokens:taken', 0)
if limit > 0 and taken > now then
  redis.call('HSET', KEYS[1], 'tokens:taken', string.format('%.3f', taken - tonumber(ARGV[1]) * field('tokens:window', ${minute}) / limit))
end
return 0
`;

type Script<Answer> = (...keysAndValues: (string | number)[]) => Promise<Answer>;

interface Scripts {
  takeTurn: Script<[waitMs: number, why: string, metered: number]>;
  learnLimits: Script<number>;
  giveTokensBack: Script<number>;
}

/** The text of a script goes to a server once; from then on it is called by its hash. */
function scriptsOf(client: Redis): Scripts {
  client.defineCommand('takeTurn', { numberOfKeys: 2, lua: takeScript });
  client.defineCommand('learnLimits', { numberOfKeys: 1, lua: learnScript });
  client.defineCommand('giveTokensBack', { numberOfKeys: 1, lua: giveBackScript });
  return client as unknown as Scripts;
}

const go: Turn = { waitMs: 0, limitedBy: null };

export function createRateLimits(client: Redis, prefix: string): RateLimits {
  const scripts = scriptsOf(client);
  const meters = (key: string) => `${prefix}limits:${key}`;
  /** As of their last turn, no limit of tokens was known: there is nothing to give back to. */
  const unmetered = new Set<string>();
  return {
    async take(key, { ticket, tokens, requestsPerMinute, tokensPerMinute }) {
      if (client.status !== 'ready') return go;
      try {
        const [waitMs, why, metered] = await scripts.takeTurn(
          meters(key),
          `${prefix}turn:${ticket}`,
          tokens,
          requestsPerMinute ?? 0,
          tokensPerMinute ?? 0,
        );
        note(unmetered, key, metered === 0);
        return { waitMs, limitedBy: (why || null) as Turn['limitedBy'] };
      } catch {
        return go;
      }
    },
    learn(key, notice) {
      if (client.status !== 'ready' || Object.keys(notice).length === 0) return;
      const of = (meter: Meter | undefined) =>
        meter ? [meter.limit, meter.remaining, meter.resetMs ?? -1] : [0, 0, -1];
      const values = [...of(notice.requests), ...of(notice.tokens), notice.blockedMs ?? 0];
      forget(scripts.learnLimits(meters(key), ...values), () => {});
    },
    giveBack(key, tokens) {
      if (client.status !== 'ready' || tokens <= 0 || unmetered.has(key)) return;
      forget(scripts.giveTokensBack(meters(key), tokens), () => {});
    },
  };
}

const mostNoted = 10_000;

function note(keys: Set<string>, key: string, isIn: boolean): void {
  if (!isIn) return void keys.delete(key);
  if (keys.size >= mostNoted) keys.clear();
  keys.add(key);
}
