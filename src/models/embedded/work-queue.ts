/** One job at a time, in order of arrival, with an end to the waiting line. */
export interface WorkQueue {
  /** Rejects with QueueFull when too many wait; with the signal's reason when it aborts while waiting. */
  run<T>(signal: AbortSignal, job: () => Promise<T>): Promise<T>;
  waiting(): number;
}

export class QueueFull extends Error {}

export function createWorkQueue(maxWaiting: number): WorkQueue {
  let line: Promise<void> = Promise.resolve();
  let waiting = 0;
  return {
    waiting: () => waiting,
    run(signal, job) {
      if (waiting >= maxWaiting)
        return Promise.reject(new QueueFull(`${waiting} requests are waiting already.`));
      waiting += 1;
      const turn = line.then(() => {
        waiting -= 1;
        signal.throwIfAborted();
        return job();
      });
      line = turn.then(
        () => {},
        () => {},
      );
      return turn;
    },
  };
}
