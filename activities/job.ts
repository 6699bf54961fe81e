import { Context } from '@temporalio/activity';
import type { JobInput } from '../src/contracts/corridor.ts';

export interface Watch {
  signal: AbortSignal;
  /** The Temporal workflow's clock now. */
  now(): number;
  stop(): void;
}

/**
 * Later than most calls end: each one that is sent is a write of Temporal’s. The first must come well before the ten seconds of the policy are over;
 * those that follow are sent every eight seconds anyhow, which is as often as the SDK lets them through.
 */
const heartbeatMs = 6000;

/** Heartbeats while a job runs and aborts its signal when Temporal or a cancel notice says so; the heartbeat is the guarantee. */
export function watchJob(input: JobInput, onCancel: (handler: (id: string) => void) => () => void): Watch {
  const context = Context.current();
  const startedAt = Date.now();
  const abort = new AbortController();
  const stopListening = onCancel((id) => {
    if (id === input.id) abort.abort(new Error('cancelled'));
  });
  const onTemporal = () => abort.abort(new Error('cancelled'));
  context.cancellationSignal.addEventListener('abort', onTemporal);
  if (context.cancellationSignal.aborted) onTemporal();
  const timer = setInterval(() => context.heartbeat(), heartbeatMs);
  return {
    signal: abort.signal,
    now: () => input.now + (Date.now() - startedAt),
    stop: () => {
      clearInterval(timer);
      stopListening();
      context.cancellationSignal.removeEventListener('abort', onTemporal);
    },
  };
}
