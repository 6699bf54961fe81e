import type { Response } from 'express';
import { sessionCookieName } from '../../commands/credentials.ts';
import { sessionDays } from '../../db/principal-store.ts';

const options = (publicUrl: string) => ({
  httpOnly: true,
  sameSite: 'lax' as const,
  secure: publicUrl.startsWith('https:'),
  path: '/',
});

export function setSessionCookie(response: Response, publicUrl: string, secret: string): void {
  response.cookie(sessionCookieName(publicUrl), secret, {
    ...options(publicUrl),
    maxAge: sessionDays * 24 * 60 * 60 * 1000,
  });
}

export function clearSessionCookie(response: Response, publicUrl: string): void {
  response.clearCookie(sessionCookieName(publicUrl), options(publicUrl));
}
