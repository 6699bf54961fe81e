/** Why something could not be fetched, in words that a model can act on. */
export type NetFaultCode =
  | 'bad_url'
  | 'not_allowed'
  | 'unknown_host'
  | 'unreachable'
  | 'timeout'
  | 'too_large'
  | 'too_many_redirects'
  /** The server has forgotten us; nothing was done. */
  | 'session_over'
  | 'cancelled';

interface FaultOptions extends ErrorOptions {
  certain?: boolean;
}

export class NetFault extends Error {
  override readonly name = 'NetFault';
  readonly code: NetFaultCode;
  /** It is known what happened: nothing went out, or the server itself said that it failed. */
  readonly certain: boolean;

  constructor(code: NetFaultCode, message: string, options: FaultOptions = {}) {
    super(message, options);
    this.code = code;
    this.certain = options.certain ?? alwaysCertain.has(code);
  }
}

const alwaysCertain = new Set<NetFaultCode>(['bad_url', 'not_allowed', 'unknown_host', 'session_over']);
/** The connection was never there. */
const noConnection = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

const timeouts = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);
const unknownHosts = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENODATA']);

/** Fetch says "fetch failed" for everything; its cause knows more. `host` is named, the rest of the address may hold secrets. */
export function asNetFault(
  error: unknown,
  { host, signal }: { host: string; signal?: AbortSignal | null },
): NetFault {
  const causes = causesOf(error);
  const ours = causes.find((each): each is NetFault => each instanceof NetFault);
  if (ours) return ours;
  const options = { cause: error };
  if (causes.some((each) => nameOf(each) === 'TimeoutError')) return timedOut(host, options);
  if (signal?.aborted)
    return nameOf(signal.reason) === 'TimeoutError'
      ? timedOut(host, options)
      : new NetFault('cancelled', 'It was cancelled.', options);
  const code = causes.map(codeOf).find((each) => each !== undefined);
  const certain = code !== undefined && (noConnection.has(code) || /CERT|TLS|SSL/.test(code));
  if (code !== undefined && timeouts.has(code)) return timedOut(host, { ...options, certain });
  if (code !== undefined && unknownHosts.has(code))
    return new NetFault('unknown_host', `There is no host ${host}.`, options);
  const why = causes.map(messageOf).findLast((message) => message !== '') ?? 'no reason was given';
  const words = `${host} cannot be reached: ${why}${code ? ` (${code})` : ''}.`;
  return new NetFault('unreachable', words, { ...options, certain });
}

function timedOut(host: string, options: FaultOptions): NetFault {
  return new NetFault('timeout', `${host} did not answer in time.`, options);
}

/** The error, its cause, and so on; an AggregateError (several addresses were tried) stands for its first. */
function causesOf(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let next = error; typeof next === 'object' && next !== null && found.length < 10; ) {
    found.push(next);
    const { cause, errors } = next as { cause?: unknown; errors?: unknown[] };
    next = cause ?? errors?.[0];
  }
  return found;
}

function codeOf(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

function nameOf(error: unknown): unknown {
  return (error as { name?: unknown } | null)?.name;
}

function messageOf(error: unknown): string {
  const { message } = error as { message?: unknown };
  return typeof message === 'string' ? message.replace(/\.$/, '') : '';
}
