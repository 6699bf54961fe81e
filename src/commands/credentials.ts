import type { IncomingHttpHeaders } from 'node:http';
import type { Credentials } from './authenticate.ts';

/**
 * The name of the session cookie. Browsers do not tell ports apart in cookies, so the port is part of the name: two
 * installations on one machine must not sign each other out.
 */
export function sessionCookieName(publicUrl: string): string {
  const { protocol, port } = new URL(publicUrl);
  const name = port === '' ? 'adjutant_session' : `adjutant_session_${port}`;
  return protocol === 'https:' ? `__Host-${name}` : name;
}

/** The credentials in the headers of a request or of a socket's handshake. */
export function readCredentials(headers: IncomingHttpHeaders, publicUrl: string): Credentials {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (headers.authorization !== undefined) return { bearer: bearer ?? '' };
  const cookie = cookieNamed(headers.cookie ?? '', sessionCookieName(publicUrl));
  return cookie === undefined ? {} : { cookie };
}

function cookieNamed(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const [key, value] = pair.split('=', 2);
    if (key?.trim() === name && value) return value.trim();
  }
  return undefined;
}
