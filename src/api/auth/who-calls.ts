import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { type Authenticated, authenticate } from '../../commands/authenticate.ts';
import { readCredentials } from '../../commands/credentials.ts';
import type { Database } from '../../db/record.ts';
import { AppError } from '../../errors.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

export function isUnsafe(method: string): boolean {
  return !safeMethods.has(method);
}

/** Authenticates a request. A browser sends its cookie by itself, so with a session unsafe methods must prove that our page sent them. */
export async function whoCalls(
  { db, publicUrl }: { db: Database; publicUrl: string },
  request: Request,
): Promise<Authenticated> {
  const caller = await authenticate(db, readCredentials(request.headers, publicUrl));
  if (request.res) request.res.locals.principalId = caller.principalId;
  if (
    caller.csrf !== null &&
    isUnsafe(request.method) &&
    !sameText(request.get('x-csrf-token'), caller.csrf)
  ) {
    throw new AppError(
      'forbidden',
      'Send the session’s token in the header X-CSRF-Token (GET /api/v2/session has it).',
    );
  }
  return caller;
}

function sameText(given: string | undefined, expected: string): boolean {
  const one = Buffer.from(given ?? '');
  const other = Buffer.from(expected);
  return one.length === other.length && timingSafeEqual(one, other);
}
