import { identityOfKey, identityOfSession } from '../db/principal-store.ts';
import type { Database } from '../db/record.ts';
import { AppError } from '../errors.ts';
import type { Caller } from './caller.ts';

/** What a request or a socket's handshake brought along. */
export interface Credentials {
  /** An API key, `adj_…`. */
  bearer?: string;
  /** The secret of the session cookie. */
  cookie?: string;
}

export interface Authenticated extends Caller {
  name: string;
  /** For sessions: what unsafe requests must carry, since a browser sends the cookie by itself. Null for keys. */
  csrf: string | null;
}

/** Who this is. A key goes before a cookie. Throws `unauthenticated`; what exactly was wrong is not said. */
export async function authenticate(db: Database, { bearer, cookie }: Credentials): Promise<Authenticated> {
  if (bearer !== undefined) {
    const identity = bearer.startsWith('adj_') ? await identityOfKey(db, bearer) : null;
    if (identity) return { ...identity, csrf: null };
    throw new AppError('unauthenticated', 'This API key is not known, or it was revoked.');
  }
  if (cookie !== undefined) {
    const identity = await identityOfSession(db, cookie);
    if (identity) return identity;
    throw new AppError('unauthenticated', 'This session has ended. Sign in again with a new link.');
  }
  throw new AppError('unauthenticated', 'Sign in, or send an API key: "Authorization: Bearer adj_…".');
}
