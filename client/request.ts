import { ApiProblem, readProblem } from './problem.ts';

export interface RequestOptions {
  /** Where the API is; '' for the page that it serves. */
  baseUrl?: string;
  /** An API key. Without one the browser's session cookie counts. */
  key?: string;
  /** The token that a browser session shows with every unsafe request. */
  csrf?: () => string | null;
  fetch?: typeof globalThis.fetch;
  /** How long an answer may take. */
  timeoutMs?: number;
}

export interface Ask {
  /** Beside the API, as operations are: the path as it stands. */
  beside?: boolean;
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  form?: FormData;
  /** The same key and body give the first answer again. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export type Request = <Reply>(path: string, ask?: Ask) => Promise<Reply>;

/** One request to the API. Throws an ApiProblem for everything that is not a success. */
export function createRequest(options: RequestOptions = {}): Request {
  const { baseUrl = '', fetch = globalThis.fetch.bind(globalThis), timeoutMs = 10_000 } = options;
  return async <Reply>(path: string, ask: Ask = {}): Promise<Reply> => {
    const { method = 'GET' } = ask;
    const place = ask.beside ? path : `/api/v2${path}`;
    const asked = `${method} ${place}`;
    const patience = AbortSignal.timeout(timeoutMs);
    const signal = ask.signal ? AbortSignal.any([ask.signal, patience]) : patience;
    try {
      const response = await fetch(`${baseUrl}${place}${queryOf(ask)}`, {
        method,
        signal,
        headers: headersOf(options, ask),
        body: ask.form ?? (ask.body === undefined ? null : JSON.stringify(ask.body)),
        credentials: 'same-origin',
      });
      const text = await response.text();
      if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as Reply;
      throw readProblem(asked, {
        status: response.status,
        text,
        requestId: response.headers.get('x-request-id'),
      });
    } catch (error) {
      if (error instanceof ApiProblem || ask.signal?.aborted === true) throw error;
      const detail = patience.aborted
        ? `The server did not answer within ${timeoutMs / 1000}s.`
        : 'The server cannot be reached.';
      throw new ApiProblem(asked, { status: 0, detail }, error);
    }
  };
}

function queryOf({ query = {} }: Ask): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

function headersOf({ key, csrf }: RequestOptions, ask: Ask): Record<string, string> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (ask.body !== undefined) headers['Content-Type'] = 'application/json';
  if (key !== undefined) headers.Authorization = `Bearer ${key}`;
  if (ask.idempotencyKey !== undefined) headers['Idempotency-Key'] = ask.idempotencyKey;
  const token = (ask.method ?? 'GET') === 'GET' ? null : csrf?.();
  if (token != null) headers['X-CSRF-Token'] = token;
  return headers;
}
