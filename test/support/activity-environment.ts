import type { Info } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';

export interface ActivityRun<Result> {
  result: Promise<Result>;
  /** Everything that was heartbeaten so far. */
  heartbeats: unknown[];
  /** What a cancel request or a shutting down worker does to an activity. */
  cancel(): void;
}

/** Runs an activity as Temporal would, without a server: its context, its heartbeats, its cancellation. */
export function runActivity<Arguments extends unknown[], Result>(
  activity: (...args: Arguments) => Promise<Result>,
  args: Arguments,
  info: Partial<Info> = {},
): ActivityRun<Result> {
  const environment = new MockActivityEnvironment(info);
  const heartbeats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => heartbeats.push(details));
  return {
    result: environment.run(activity, ...args) as Promise<Result>,
    heartbeats,
    cancel: () => environment.cancel('CANCELLED'),
  };
}
