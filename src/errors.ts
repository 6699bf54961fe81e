/**
 * The one error of the product and its closed list of codes.
 *
 * 1. Whoever finds that something is wrong throws an AppError with a code from this list; everything else is a defect.
 * 2. `problems` carries every fault that was found, each with the JSON Pointer of its place ('' is the root).
 * 3. Three small maps translate it outward: to HTTP (src/api), to a Temporal failure (activities) and to the socket (src/live).
 */
export const errorCodes = [
  'invalid_request',
  'invalid_filter',
  'malformed_json',
  'unsupported_media_type',
  'payload_too_large',
  'unauthenticated',
  'link_expired',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'conflict',
  'idempotency_mismatch',
  'precondition_failed',
  'wrong_state',
  'undeliverable',
  'too_many_requests',
  'invalid_workflow',
  'unknown_agent',
  'unknown_file',
  'unsupported_file_type',
  'lying_file_type',
  'encrypted_file',
  'unreadable_file',
  'empty_file',
  'too_many_files',
  'no_capable_agent',
  'model_failed',
  'model_refused',
  'invalid_output',
  'expression_failed',
  'step_failed',
  'guard_tripped',
  'plan_rejected',
  'replan_limit',
  'dispatch_failed',
  'payload_over_limit',
  'unavailable',
  'cancelled',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface Problem {
  /** JSON Pointer into what was given; '' is the root. */
  pointer: string;
  code: string;
  message: string;
}

export interface AppErrorOptions {
  /** What a person may read. Defaults to the message. */
  userMessage?: string;
  problems?: Problem[];
  cause?: unknown;
  /** Seconds after which trying again makes sense. */
  retryAfter?: number;
}

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly userMessage: string;
  readonly problems: Problem[];
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.userMessage = options.userMessage ?? message;
    this.problems = options.problems ?? [];
    this.retryAfter = options.retryAfter;
  }
}

export function isAppError(error: unknown): error is AppError {
  return error instanceof AppError;
}

/** "Not found" for everything a caller may not see, so that another workspace's ids tell nothing. */
export function notFound(what: string, id: string): AppError {
  return new AppError('not_found', `There is no ${what} ${id}.`);
}
