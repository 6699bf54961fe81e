import type { WaitingFor } from '../../contracts/status.ts';

/** A task began to wait for something, or for something else, or went on. In their order. */
export interface WaitChange {
  at: Date;
  for: WaitingFor | null;
}

interface Span {
  startedAt: Date;
  endedAt: Date | null;
}

/**
 * Milliseconds of an attempt in which its task stood still, without the wait that is under way (`since`). While what is below it works, it does not stand still.
 */
export function waitedMs(span: Span, changes: readonly WaitChange[], since: Date | null): number {
  const from = span.startedAt.getTime();
  const until = Math.min(...[span.endedAt, since].map((time) => time?.getTime() ?? Number.POSITIVE_INFINITY));
  const waits = changes.map(({ at, for: kind }, index) => {
    if (kind === null || kind === 'children') return 0;
    const end = changes[index + 1]?.at.getTime() ?? until;
    // Without an end it is the one that is under way.
    if (end === Number.POSITIVE_INFINITY) return 0;
    return Math.max(0, Math.min(end, until) - Math.max(at.getTime(), from));
  });
  return waits.reduce((sum, ms) => sum + ms, 0);
}
