import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';

/** Codes of Node and PostgreSQL (57P03: starting up or recovering, 57P01: shutting down) for "nobody is there at this moment". */
const awayCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', '57P01', '57P03']);
const everyMs = 250;

function isAway(error: unknown): boolean {
  const { code, name } = (error ?? {}) as { code?: string; name?: string };
  return awayCodes.has(code ?? '') || name === 'TransportError';
}

/**
 * Waits for a server that is on its way up. A process that ended because its database or Temporal restarts with it would count as dead, and
 * the supervisor gives up what dies too often. Any other error (a wrong password, say) is thrown at once.
 * @param patienceMs below the time within which the supervisor wants a part to be ready
 */
export async function untilReachable<Result>(
  what: string,
  connect: () => Promise<Result>,
  { logger, patienceMs = 45_000 }: { logger: Pick<Logger, 'warn'>; patienceMs?: number },
): Promise<Result> {
  const deadline = Date.now() + patienceMs;
  for (let said = false; ; said = true) {
    try {
      return await connect();
    } catch (error) {
      if (!isAway(error) || Date.now() > deadline) throw error;
      if (!said) logger.warn({ error: String(error) }, `${what} is not there yet; trying again`);
      await pause(everyMs);
    }
  }
}
