import { STATUS_CODES } from 'node:http';
import type { ProblemDetails } from '../../contracts/problem.ts';
import { AppError, type ErrorCode, isAppError } from '../../errors.ts';
import { sqlState } from '../../db/record.ts';
import { ofBodyParser } from './body-errors.ts';

/** Code to HTTP status: the one place where an error becomes an answer. */
export const statusOf: Record<ErrorCode, number> = {
  invalid_request: 422,
  invalid_filter: 400,
  malformed_json: 400,
  unsupported_media_type: 415,
  payload_too_large: 413,
  unauthenticated: 401,
  link_expired: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  idempotency_mismatch: 409,
  precondition_failed: 412,
  wrong_state: 409,
  undeliverable: 409,
  too_many_requests: 429,
  invalid_workflow: 422,
  unknown_agent: 422,
  unknown_file: 422,
  unsupported_file_type: 422,
  lying_file_type: 422,
  encrypted_file: 422,
  unreadable_file: 422,
  empty_file: 422,
  too_many_files: 422,
  no_capable_agent: 422,
  model_failed: 502,
  model_refused: 502,
  invalid_output: 502,
  expression_failed: 422,
  step_failed: 409,
  guard_tripped: 409,
  plan_rejected: 409,
  replan_limit: 409,
  dispatch_failed: 503,
  payload_over_limit: 413,
  unavailable: 503,
  cancelled: 409,
  internal: 500,
};

export function presentProblem(error: AppError, requestId: string): ProblemDetails {
  const status = statusOf[error.code];
  return {
    type: `/docs#problem-${error.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code: error.code,
    detail: error.userMessage,
    instance: requestId,
    problems: error.problems,
  };
}

/** Whatever was thrown as one of our errors. What nobody foresaw is "internal": its text may hold secrets, so none of it is shown. */
export function asAppError(thrown: unknown): AppError {
  if (isAppError(thrown)) return thrown;
  const known = ofBodyParser(thrown) ?? ofDatabase(thrown);
  if (known) return known;
  if (thrown instanceof URIError) return new AppError('not_found', 'This address is not well formed.');
  return new AppError(
    'internal',
    'Something went wrong here. The log has the details under this request id.',
    {
      cause: thrown,
    },
  );
}

/** SQLSTATE classes: 08 connection, 53 out of resources, 57 shut down or statement timeout, 55P03 lock not available. */
const passing = /^(08|53|57|55P03|40)/;
const connectionCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE']);

function ofDatabase(thrown: unknown): AppError | null {
  const state = sqlState(thrown) ?? (thrown as { code?: unknown } | null)?.code;
  const message = thrown instanceof Error ? thrown.message : '';
  const away =
    (typeof state === 'string' && (passing.test(state) || connectionCodes.has(state))) ||
    /Connection terminated|timeout exceeded when trying to connect/.test(message);
  if (!away) return null;
  return new AppError(
    'unavailable',
    'The database does not answer right now. Nothing was changed; try again.',
    {
      cause: thrown,
      retryAfter: 1,
    },
  );
}
