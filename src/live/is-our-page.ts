import type { IncomingHttpHeaders } from 'node:http';

/**
 * True for a connection from our own page (its origin is the public address, or the very host that was asked) and for a client
 * that is no browser, which sends no origin.
 */
export function isOurPage({ origin, host }: IncomingHttpHeaders, publicUrl: string): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.origin === new URL(publicUrl).origin || url.host === host;
}
