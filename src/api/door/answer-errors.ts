import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { asAppError, presentProblem, statusOf } from './problem.ts';

/** Every error leaves here: as problem details for the client, whole in the log when it is ours to mend. */
export function answerErrors(logger: Logger): ErrorRequestHandler {
  return (thrown: unknown, request, response, _next) => {
    const error = asAppError(thrown);
    const status = statusOf[error.code];
    const log = request.log ?? logger;
    if (status >= 500) log.error({ err: thrown }, 'the request failed');
    // Half an answer is out: all that is left is to break it off, so that nobody takes it for whole.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error.code === 'unauthenticated') response.set('WWW-Authenticate', 'Bearer realm="adjutant"');
    if (error.retryAfter !== undefined) response.set('Retry-After', String(Math.ceil(error.retryAfter)));
    response
      .status(status)
      .set('Cache-Control', 'no-store')
      .type('application/problem+json')
      .end(JSON.stringify(presentProblem(error, response.locals.requestId as string)));
  };
}
