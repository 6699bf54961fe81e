import * as z from 'zod';
import { readCredentials } from '../../commands/credentials.ts';
import { readSession, signIn } from '../../commands/sign-in.ts';
import { Session, SignIn } from '../../contracts/principal.ts';
import { closeSession } from '../../db/principal-store.ts';
import { clearSessionCookie, setSessionCookie } from '../auth/session-cookie.ts';
import type { Door } from '../door/door.ts';
import { openRoute, route } from '../door/route.ts';
import { sendAnswer } from '../door/send-answer.ts';

const tag = 'session';

export function sessionRoutes(door: Door): void {
  openRoute(
    door,
    {
      method: 'post',
      path: '/session',
      tag,
      summary: 'Sign the browser in with a one-time link',
      description: 'Sets the session cookie.',
      access: 'public',
      body: SignIn,
      reply: Session,
      status: 201,
      errors: ['link_expired'],
    },
    async ({ body, response }) => {
      const { secret, session } = await signIn(door.db, body.token);
      setSessionCookie(response, door.publicUrl, secret);
      sendAnswer(response, 201, { reply: session, location: '/api/v2/session', etag: null });
    },
  );

  route(
    door,
    { method: 'get', path: '/session', tag, summary: 'Who am I', reply: Session },
    { handle: ({ tx, caller }) => readSession(tx, caller.csrf) },
  );

  openRoute(
    door,
    { method: 'delete', path: '/session', tag, summary: 'Sign out', status: 204, query: z.strictObject({}) },
    async ({ request, response }) => {
      const { cookie } = readCredentials(request.headers, door.publicUrl);
      if (cookie !== undefined) await closeSession(door.db, cookie);
      clearSessionCookie(response, door.publicUrl);
      sendAnswer(response, 204, { reply: undefined, location: null, etag: null });
    },
  );
}
