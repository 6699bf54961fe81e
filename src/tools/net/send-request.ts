/** One HTTP exchange for a tool: the credential put in, the answer as text for the model and as data for programs, without the secret. */
import { createHash } from 'node:crypto';
import { applyCredential, type CredentialOf, type OpenCredential, withoutSecret } from '../credential.ts';
import type { OutsideToolContext, ToolAnswer } from '../tool.ts';
import { decodeBody, isTextual, mediaTypeOf } from './decode.ts';
import { NetFault } from './net-fault.ts';
import type { Exchanged, Network } from './network.ts';

export interface RequestParts {
  network: Network;
  credentialOf: CredentialOf;
  /** Hosts to which a secret may go without TLS: none but those inside that this installation names. */
  allowsPlain?: (host: string) => boolean;
}

export interface ToolRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
  /** By name. */
  credential?: string | null | undefined;
  timeoutMs: number;
}

export const requestLimits = { bytes: 5_000_000, characters: 300_000 } as const;

/** @throws NetFault for what went wrong on the way; an answer of the server is an answer, errors too */
export async function sendRequest(
  { network, credentialOf, allowsPlain = () => false }: RequestParts,
  { key, workspaceId, signal }: OutsideToolContext,
  request: ToolRequest,
): Promise<ToolAnswer> {
  const { method, url, body, timeoutMs } = request;
  if (!URL.canParse(url))
    throw new NetFault('bad_url', 'That is no address: give a whole one, with https://.');
  const credential = request.credential ? await credentialOf(workspaceId, request.credential) : null;
  if (credential && 'problem' in credential) throw new NetFault('not_allowed', credential.problem);
  const plain = { url, headers: { ...keyFor(method, key), ...typeOf(body), ...request.headers } };
  const outgoing = credential ? applyCredential(plain, credential, allowsPlain) : plain;
  try {
    const answer = await network.exchange({
      method,
      ...outgoing,
      ...(body === undefined ? {} : { body }),
      signal,
      timeoutMs,
      maxBytes: requestLimits.bytes,
    });
    return present(answer, credential);
  } catch (error) {
    if (error instanceof NetFault && credential)
      throw new NetFault(error.code, withoutSecret(error.message, credential), {
        cause: error.code,
        certain: error.certain,
      });
    throw error;
  }
}

/** For servers that know it, the same call is then done once however often it is sent. */
function keyFor(method: string, key: string): Record<string, string> {
  if (method === 'GET' || method === 'HEAD') return {};
  return { 'idempotency-key': createHash('sha256').update(key).digest('hex').slice(0, 32) };
}

function typeOf(body: string | undefined): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-type': isJson(body) ? 'application/json' : 'text/plain; charset=utf-8' };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const shownHeaders = [
  'content-type',
  'location',
  'link',
  'retry-after',
  'etag',
  'last-modified',
  'www-authenticate',
];

function present({ status, headers, bytes, cut }: Exchanged, credential: OpenCredential | null): ToolAnswer {
  const { essence, charset } = mediaTypeOf(headers.get('content-type'));
  const whole = isTextual(essence)
    ? withoutSecret(decodeBody(bytes, charset), credential)
    : `(${bytes.length} bytes of ${essence})`;
  const body = whole.slice(0, requestLimits.characters).toWellFormed();
  const shown = Object.fromEntries(
    shownHeaders.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, withoutSecret(value, credential)]];
    }),
  );
  const lines = [`Status: ${status}`, ...Object.entries(shown).map(([name, value]) => `${name}: ${value}`)];
  const more = cut || body.length < whole.length ? '\n\n[There is more; it was cut here.]' : '';
  return {
    text: `${lines.join('\n')}\n\n${body === '' ? '(no body)' : body}${more}`,
    ...(status >= 400 ? { isError: true } : {}),
    data: { status, headers: shown, body: parsed(body, essence) },
  };
}

function parsed(body: string, essence: string): unknown {
  if (!/[/+]json$/.test(essence)) return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
