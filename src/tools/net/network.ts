/**
 * The way of tools to other machines.
 *
 * 1. A name is resolved where the connection is made, every address it gives is checked, and the connection goes to one of these: who
 *    answers differently the second time gains nothing.
 * 2. One hop at a time. Redirects are followed by hand, each checked like the first address.
 * 3. What comes in is capped while it comes, after decompression.
 *
 * A model chooses addresses, never what is allowed: that is given when the network is made.
 */
import { type LookupAddress, type LookupOptions, promises as dns } from 'node:dns';
import { isIP } from 'node:net';
import { Agent, fetch as undiciFetch } from 'undici';
import { isPublicAddress } from './addresses.ts';
import { asNetFault, NetFault } from './net-fault.ts';

export interface Network {
  /** One hop, checked. Follows no redirects. @throws NetFault */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  /** The whole exchange: redirects if wished, the body up to a cap. @throws NetFault */
  exchange(request: Exchange): Promise<Exchanged>;
  close(): Promise<void>;
}

export interface Exchange {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string;
  signal: AbortSignal;
  timeoutMs: number;
  maxBytes: number;
  /** Default none: a redirect is then the answer. */
  maxRedirects?: number;
}

export interface Exchanged {
  /** Where it was found in the end. */
  url: string;
  status: number;
  headers: Headers;
  bytes: Uint8Array;
  /** There was more than `maxBytes`. */
  cut: boolean;
}

export interface NetworkOptions {
  resolve?: (host: string) => Promise<LookupAddress[]>;
  /** Whether this address of this host may be talked to. Default: public ones only. */
  allows?: (address: string, host: string) => boolean;
  /** Default: 80, 443, and those that any program may open. */
  allowsPort?: (port: number) => boolean;
}

const connectMs = 10_000;
const redirects = new Set([301, 302, 303, 307, 308]);

export function createNetwork(options: NetworkOptions = {}): Network {
  const allows = options.allows ?? isPublicAddress;
  const allowsPort = options.allowsPort ?? ((port) => port === 80 || port === 443 || port >= 1024);
  const resolve = options.resolve ?? ((host) => dns.lookup(host, { all: true }));
  const agent = new Agent({
    connect: { timeout: connectMs, lookup: pinningLookup(resolve, allows) },
    maxHeaderSize: 32_768,
  });
  const fetchOnce = async (given: string | URL, init: RequestInit = {}): Promise<Response> => {
    const url = checkUrl(given, { allows, allowsPort });
    try {
      const wish = { ...init, redirect: 'manual', dispatcher: agent };
      return (await undiciFetch(url, wish as Parameters<typeof undiciFetch>[1])) as unknown as Response;
    } catch (error) {
      throw asNetFault(error, { host: url.hostname, signal: init.signal ?? null });
    }
  };
  return {
    fetch: fetchOnce,
    exchange: (request) => exchange(request, fetchOnce),
    close: () => agent.destroy(),
  };
}

type Checks = Required<Pick<NetworkOptions, 'allows' | 'allowsPort'>>;

/** What can be said before anything is asked. The parser has already made one form of all ways to write an address. */
function checkUrl(given: string | URL, { allows, allowsPort }: Checks): URL {
  if (!URL.canParse(given))
    throw new NetFault('bad_url', 'That is no address: give a whole one, with https://.');
  const url = new URL(given);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new NetFault('bad_url', `Only http and https can be fetched, not ${url.protocol.slice(0, -1)}.`);
  if (url.username !== '' || url.password !== '')
    throw new NetFault('bad_url', 'An address must not hold a user name or a password.');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (!allowsPort(port)) throw new NetFault('not_allowed', `Port ${port} is not allowed.`);
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) && !allows(literal, literal)) throw notPublic(url.hostname);
  return url;
}

function notPublic(host: string): NetFault {
  return new NetFault('not_allowed', `${host} is not on the public internet, so tools do not go there.`);
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** In place of the system's lookup, inside the making of the connection: rule 1. One address that is not allowed spoils all. */
function pinningLookup(
  resolve: NonNullable<NetworkOptions['resolve']>,
  allows: NonNullable<NetworkOptions['allows']>,
) {
  return (host: string, options: LookupOptions, done: LookupCallback): void => {
    resolve(host).then(
      (found) => {
        const [first] = found;
        if (!first) return done(new NetFault('unknown_host', `There is no host ${host}.`), []);
        if (!found.every(({ address }) => allows(address, host))) return done(notPublic(host), []);
        if (options.all === true) return done(null, found);
        done(null, first.address, first.family);
      },
      (error: unknown) => done(error as Error, []),
    );
  };
}

async function exchange(request: Exchange, fetchOnce: Network['fetch']): Promise<Exchanged> {
  const { timeoutMs, maxBytes, maxRedirects = 0 } = request;
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
  let { method, url, body } = request;
  for (let hops = 0; ; hops += 1) {
    const response = await fetchOnce(url, {
      method,
      headers: request.headers ?? {},
      body: body ?? null,
      signal,
    });
    const location = response.headers.get('location');
    if (maxRedirects === 0 || !redirects.has(response.status) || location === null)
      return { url, ...(await readAnswer(response, { url, maxBytes, signal })) };
    await response.body?.cancel().catch(() => {});
    if (hops >= maxRedirects)
      throw new NetFault('too_many_redirects', `It was sent on more than ${maxRedirects} times.`);
    if (!URL.canParse(location, url))
      throw new NetFault('bad_url', 'It was sent on to something that is no address.');
    if (response.status !== 307 && response.status !== 308 && method !== 'HEAD') {
      method = 'GET';
      body = undefined;
    }
    url = new URL(location, url).href;
  }
}

async function readAnswer(
  response: Response,
  { url, maxBytes, signal }: { url: string; maxBytes: number; signal: AbortSignal },
): Promise<Omit<Exchanged, 'url'>> {
  const { status, headers } = response;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      size += chunk.length;
      // Leaving the loop closes the stream.
      if (size > maxBytes) break;
    }
  } catch (error) {
    throw asNetFault(error, { host: new URL(url).hostname, signal });
  }
  return { status, headers, bytes: Buffer.concat(chunks).subarray(0, maxBytes), cut: size > maxBytes };
}
