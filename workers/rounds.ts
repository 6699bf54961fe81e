import { setTimeout } from 'node:timers/promises';

export interface Rounds {
  everyMs: number;
  round(signal: AbortSignal): Promise<unknown>;
  onError(error: unknown): void;
  /** After the last round. */
  atEnd?(): Promise<unknown>;
}

/** Rounds of work, one after the other with a pause between them, until it is stopped. A round that fails does not end them. */
export function startRounds(rounds: Rounds): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const done = run(rounds, stopped.signal);
  return {
    stop: async () => {
      stopped.abort();
      await done;
    },
  };
}

async function run({ everyMs, round, onError, atEnd }: Rounds, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await round(signal).catch(onError);
    await setTimeout(everyMs, undefined, { signal }).catch(() => undefined);
  }
  await atEnd?.();
}
