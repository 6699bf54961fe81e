import type { ProblemDetails } from '../src/contracts/problem.ts';

/** An answer that was no success, in the words of the server; or no answer at all (`status` 0, code `unreachable`). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: ProblemDetails['code'] | 'unreachable';
  readonly problems: ProblemDetails['problems'];
  /** The request id, for whoever looks into the logs. */
  readonly requestId: string | null;
  /** Method and path that were asked. */
  readonly asked: string;

  constructor(asked: string, details: Partial<ProblemDetails> & { status: number }, cause?: unknown) {
    super(details.detail ?? details.title ?? `The server answered ${details.status}.`, { cause });
    this.name = 'ApiProblem';
    this.asked = asked;
    this.status = details.status;
    this.code = details.code ?? (details.status === 0 ? 'unreachable' : 'internal');
    this.problems = details.problems ?? [];
    this.requestId = details.instance ?? null;
  }
}

export function isApiProblem(error: unknown): error is ApiProblem {
  return error instanceof ApiProblem;
}

/** Reads problem details out of an answer's text, and makes do with what a proxy in between may have sent instead. */
export function readProblem(
  asked: string,
  { status, text, requestId }: { status: number; text: string; requestId: string | null },
): ApiProblem {
  let body: Partial<ProblemDetails> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) body = parsed;
  } catch {
    // Not ours: the status has to do.
  }
  const instance = body.instance ?? requestId ?? undefined;
  return new ApiProblem(asked, { ...body, status, ...(instance === undefined ? {} : { instance }) });
}
