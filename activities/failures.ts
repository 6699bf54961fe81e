import { ApplicationFailure } from '@temporalio/activity';
import { isAppError } from '../src/errors.ts';

/** Our errors in Temporal's words: their code is the type, and they are final. Anything else may pass, so it is tried again. */
export function toTemporalFailure(error: unknown): unknown {
  if (!isAppError(error)) return error;
  return ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: true,
    details: [error.problems.slice(0, 20)],
    cause: error,
  });
}

/** Wraps an activity so that AppErrors end it at once. */
export function guarded<Argument, Result>(
  activity: (argument: Argument) => Promise<Result>,
): (argument: Argument) => Promise<Result> {
  return async (argument) => {
    try {
      return await activity(argument);
    } catch (error) {
      throw toTemporalFailure(error);
    }
  };
}
