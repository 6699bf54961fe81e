import { decodeBody, mediaTypeOf } from '../net/decode.ts';
import { applyCredential, type CredentialOf } from '../credential.ts';
import { NetFault } from '../net/net-fault.ts';
import type { RequestParts } from '../net/send-request.ts';

const mostBytes = 5_000_000;

/** The document's text; its credential goes along only where it may. @throws NetFault */
export async function loadDocument(
  {
    workspaceId,
    url,
    credential: name,
    signal,
  }: {
    workspaceId: string;
    url: string;
    credential: string | null;
    signal: AbortSignal;
  },
  { network, credentialOf, allowsPlain = () => false }: RequestParts,
): Promise<{ value: string; pointer: string }> {
  const plain = { url, headers: { accept: 'application/json, application/yaml, text/yaml, */*;q=0.5' } };
  const outgoing =
    name === null ? plain : await withSecret(plain, { workspaceId, name, credentialOf, allowsPlain });
  const { status, bytes, cut, headers } = await network.exchange({
    method: 'GET',
    ...outgoing,
    signal,
    timeoutMs: 20_000,
    maxBytes: mostBytes,
    // A secret is not carried on to wherever the server points.
    ...(name === null ? { maxRedirects: 5 } : {}),
  });
  if (status >= 300)
    throw new NetFault('unreachable', `The document could not be had: its server answered ${status}.`);
  if (cut) throw new NetFault('too_large', `The document is larger than ${mostBytes} bytes.`);
  return { value: decodeBody(bytes, mediaTypeOf(headers.get('content-type')).charset), pointer: '/document' };
}

async function withSecret(
  plain: { url: string; headers: Record<string, string> },
  {
    workspaceId,
    name,
    credentialOf,
    allowsPlain,
  }: {
    workspaceId: string;
    name: string;
    credentialOf: CredentialOf;
    allowsPlain: (host: string) => boolean;
  },
) {
  const credential = await credentialOf(workspaceId, name);
  // The document often lies elsewhere, in public.
  return 'problem' in credential || !credential.hosts.includes(new URL(plain.url).hostname)
    ? plain
    : applyCredential(plain, credential, allowsPlain);
}
