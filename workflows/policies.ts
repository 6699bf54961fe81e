/**
 * Technical timeouts and transport retries, all in one place. What a person calls a retry, a timeout or an expiry is a decision of the
 * record, not of this file.
 *
 * Whoever cancels an activity waits until it has ended (Temporal's default): it settles what it claimed first.
 */
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/common';

/** Asking the record: a short database transaction. Tried for ever, because without the record nothing can go on. */
export const lookPolicy: LocalActivityOptions = {
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '100 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
  localRetryThreshold: '30 seconds',
};

/**
 * Model calls. The heartbeat tells a dead worker from a slow model; retries are those that the failure classifier calls retryable,
 * with the provider's own delay when it names one.
 */
export const modelPolicy: ActivityOptions = {
  taskQueue: 'models',
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '10 seconds',
  retry: {
    initialInterval: '500 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '20 seconds',
    maximumAttempts: 8,
  },
};

/** Each tool has its own time, ten minutes at most, and ends by itself before this is over. */
export const toolPolicy: ActivityOptions = {
  taskQueue: 'tools',
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '10 seconds',
  retry: {
    initialInterval: '500 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '20 seconds',
    maximumAttempts: 5,
  },
};

export const filePolicy: ActivityOptions = {
  taskQueue: 'files',
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  retry: {
    initialInterval: '500 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '20 seconds',
    maximumAttempts: 5,
  },
};
