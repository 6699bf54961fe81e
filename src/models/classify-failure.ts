// The one place that says what a failed model call means. Pure, and it knows no SDK: errors of both are told apart by
// what they carry (status, type, code, headers, name). Order matters: our own word first, then a provider's words
// (streams report errors without a status, and a 429 may be a spent quota), then the status, then the line.
import { ModelFault } from './model-fault.ts';

export type FailureKind =
  | 'rate_limited'
  | 'overloaded'
  | 'server'
  | 'network'
  | 'stalled'
  | 'timeout'
  | 'aborted'
  | 'auth'
  | 'bad_request'
  | 'quota'
  | 'context_too_long'
  | 'malformed'
  | 'unknown';

export interface ModelFailure {
  kind: FailureKind;
  retryable: boolean;
  /** What the provider asked for; null when it asked for nothing. */
  retryAfterMs: number | null;
  /** False when no connection came about: nothing was asked, so nothing can have been paid. */
  sent: boolean;
  message: string;
}

const retryableKinds: ReadonlySet<FailureKind> = new Set([
  'rate_limited',
  'overloaded',
  'server',
  'network',
  'stalled',
  'timeout',
  'malformed',
]);

/** The fields that either SDK's errors may have. */
interface ErrorFacts {
  name: string;
  message: string;
  status: number | null;
  /** Provider's own words for the fault: `type`, `code`, `error_code`, wherever they stand. */
  words: string[];
  retryAfter: (now: number) => number | null;
  /** Providers may forbid another try of what would otherwise be repeated. */
  mayRepeat: boolean;
}

function record(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
}

function texts(...values: unknown[]): string[] {
  return values.filter((value): value is string => typeof value === 'string' && value !== '');
}

function headerReader(headers: unknown): (name: string) => string | null {
  if (headers instanceof Headers) return (name) => headers.get(name);
  const plain = record(headers);
  return (name) => (typeof plain[name] === 'string' ? plain[name] : null);
}

/** `retry-after-ms` in milliseconds, else `retry-after` in seconds or as an HTTP date. */
export function retryAfterMs(headers: unknown, now: number): number | null {
  const read = headerReader(headers);
  const exact = Number.parseFloat(read('retry-after-ms') ?? '');
  if (exact >= 0) return Math.ceil(exact);
  const text = read('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function factsOf(error: unknown): ErrorFacts {
  const fields = record(error);
  const body = record(fields.error);
  // Anthropic's body is { type: 'error', error: { type, message } }, OpenAI's arrives unwrapped.
  const inner = record(body.error);
  const details = record(inner.details);
  const ownMessage = error instanceof Error ? error.message : String(error);
  return {
    name: error instanceof Error ? error.constructor.name || error.name : '',
    message: texts(inner.message, body.message, ownMessage)[0] ?? 'The model call failed without a word.',
    status: typeof fields.status === 'number' ? fields.status : null,
    words: texts(
      fields.type,
      fields.code,
      fields.errorCode,
      body.type,
      body.code,
      inner.type,
      inner.code,
      details.error_code,
    ),
    retryAfter: (now) => retryAfterMs(fields.headers, now),
    mayRepeat: headerReader(fields.headers)('x-should-retry') !== 'false',
  };
}

const quotaWords = [
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_error',
  'billing_not_active',
  'enforced_spend_limit_reached',
];
const contextWords = [
  'context_length_exceeded',
  'model_context_window_exceeded',
  'exceed_context_size_error',
];
const contextSentence =
  /prompt is too long|maximum context length|context (window|length|size)|too many (input )?tokens|exceeds the (available )?context/i;
const quotaSentence = /credit balance is too low|exceeded your current quota|spend limit/i;

const kindsByWord: ReadonlyMap<string, FailureKind> = new Map(
  Object.entries<FailureKind>({
    rate_limit_error: 'rate_limited',
    rate_limit_exceeded: 'rate_limited',
    tokens: 'rate_limited',
    requests: 'rate_limited',
    overloaded_error: 'overloaded',
    server_is_overloaded: 'overloaded',
    slow_down: 'overloaded',
    api_error: 'server',
    server_error: 'server',
    timeout_error: 'timeout',
    authentication_error: 'auth',
    invalid_api_key: 'auth',
    permission_error: 'auth',
    not_found_error: 'bad_request',
    invalid_request_error: 'bad_request',
    request_too_large: 'context_too_long',
  }),
);

function byWords({ words, message, status }: ErrorFacts): FailureKind | null {
  if (words.some((word) => quotaWords.includes(word))) return 'quota';
  if (words.some((word) => contextWords.includes(word))) return 'context_too_long';
  // Sentences count only where a client's fault is possible: a 500 may quote anything.
  if (status === null || status < 500) {
    if (quotaSentence.test(message)) return 'quota';
    if (status !== 429 && contextSentence.test(message)) return 'context_too_long';
  }
  return null;
}

function byStatus(status: number): FailureKind {
  if (status === 401 || status === 403) return 'auth';
  if (status === 402) return 'quota';
  if (status === 408 || status === 504) return 'timeout';
  // A lost race on the provider's side: both SDKs count it among the repeatable ones.
  if (status === 409) return 'server';
  if (status === 413) return 'context_too_long';
  if (status === 429) return 'rate_limited';
  if (status === 529 || status === 503) return 'overloaded';
  if (status >= 500) return 'server';
  return 'bad_request';
}

const networkCodes = /^(ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|UND_ERR)/;

/** No connection came about. A broken one (ECONNRESET, EPIPE) may have carried the request. */
const unsentCodes = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

function networkCodeOf(error: unknown, depth = 0): string | null {
  const { code, cause } = record(error);
  if (typeof code === 'string' && networkCodes.test(code)) return code;
  return cause !== undefined && depth < 4 ? networkCodeOf(cause, depth + 1) : null;
}

function byLine(error: unknown, { name, message }: ErrorFacts): FailureKind {
  if (name === 'APIUserAbortError' || name === 'AbortError') return 'aborted';
  if (name === 'APIConnectionTimeoutError' || /timeout/i.test(name)) return 'timeout';
  if (record(error).name === 'TimeoutError') return 'timeout';
  if (record(error).name === 'AbortError') return 'aborted';
  if (networkCodeOf(error)?.includes('TIMEOUT')) return 'timeout';
  if (name === 'APIConnectionError' || networkCodeOf(error)) return 'network';
  if (error instanceof TypeError && /terminated|fetch failed|network/i.test(message)) return 'network';
  if (error instanceof SyntaxError) return 'malformed';
  // An SDK's bare error is what is left when a stream made no sense or stopped before its end.
  if (name === 'OpenAIError' || name === 'AnthropicError')
    return /ended without|terminated|premature/i.test(message) ? 'network' : 'malformed';
  return 'unknown';
}

function kindOf(error: unknown, facts: ErrorFacts): FailureKind {
  if (error instanceof ModelFault) return error.kind;
  const spoken = byWords(facts);
  if (spoken) return spoken;
  if (facts.status !== null) return byStatus(facts.status);
  const known = facts.words.map((word) => kindsByWord.get(word)).find((kind) => kind !== undefined);
  return known ?? byLine(error, facts);
}

/**
 * Any error of any provider. `now` (milliseconds) is only read where the provider names a date.
 * Retryable: rate limits, overload, server faults, the line, stalls, timeouts, answers that made no sense.
 * Final: 400, 401, 403, 404, a spent quota, a prompt over the window, an abort, and what nobody knows.
 */
export function classifyFailure(error: unknown, now: number = Date.now()): ModelFailure {
  const facts = factsOf(error);
  const kind = kindOf(error, facts);
  const retryable = retryableKinds.has(kind) && facts.mayRepeat;
  const sent = !unsentCodes.test(networkCodeOf(error) ?? '');
  return {
    kind,
    retryable,
    retryAfterMs: retryable ? facts.retryAfter(now) : null,
    sent,
    // Kept as text, which PostgreSQL takes without NUL and halves of surrogate pairs.
    message: facts.message.toWellFormed().replaceAll('\0', ''),
  };
}
