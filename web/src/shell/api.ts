import type { Session } from '../../../src/contracts/principal.ts';
import { createApiClient, isApiProblem } from '../../../client/index.ts';

/** One client for the page. The session's token is remembered here and goes into every unsafe request. */
let csrf: string | null = null;

export const api = createApiClient({ csrf: () => csrf });

export function csrfToken(): string | null {
  return csrf;
}

export function remember(session: Session): Session {
  csrf = session.csrf;
  return session;
}

export function isSignedOut(error: unknown): boolean {
  return isApiProblem(error) && error.status === 401;
}
