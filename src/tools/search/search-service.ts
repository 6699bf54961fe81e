/** The one port to every search service. Adding one is a file beside this one. */
import type * as z from 'zod';
import { withoutSecret } from '../credential.ts';
import { decodeBody } from '../net/decode.ts';
import { NetFault } from '../net/net-fault.ts';
import type { Network } from '../net/network.ts';

export interface SearchHit {
  title: string;
  url: string;
  snippet: string;
}

export interface SearchWish {
  query: string;
  count: number;
  signal: AbortSignal;
}

export interface SearchService {
  name: string;
  /** @throws NetFault */
  search(wish: SearchWish): Promise<SearchHit[]>;
}

interface Ask {
  service: string;
  method: 'GET' | 'POST';
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** Never told on, whatever the service answers. */
  key?: string;
  signal: AbortSignal;
}

/** One question to a search service, its JSON read through `schema`. @throws NetFault with what the service said */
export async function askService<Schema extends z.ZodType>(
  network: Network,
  { service, key, headers = {}, ...request }: Ask,
  schema: Schema,
): Promise<z.output<Schema>> {
  const { status, bytes } = await network.exchange({
    ...request,
    headers: { accept: 'application/json', ...headers },
    timeoutMs: 20_000,
    maxBytes: 2_000_000,
  });
  const text = decodeBody(bytes, null);
  const clean = (words: string) =>
    key === undefined
      ? words
      : withoutSecret(words, { name: service, secret: key, hosts: [], placement: { as: 'bearer' } });
  if (status >= 400) throw new NetFault('unreachable', `It answered ${status}: ${clean(text).slice(0, 300)}`);
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success) throw new NetFault('unreachable', 'It answered something else than results.');
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
