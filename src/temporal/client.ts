import { Client, Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';

/** Search attributes that operations filter by; all of type Keyword. */
export const searchAttributeNames = [
  'AdjutantWorkspace',
  'AdjutantAgent',
  'AdjutantRootTask',
  'AdjutantStatus',
] as const;

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const keyword = 2;

export interface TemporalOptions
  extends Pick<Config['temporal'], 'address' | 'namespace' | 'apiKey' | 'tls'> {}

/**
 * A client whose calls are never retried by themselves: the dispatcher owns its tries, and a retry inside a call would eat the
 * deadline. The connection is made by the first call, so that a start does not depend on Temporal being up.
 */
export function createTemporalClient({ address, namespace, apiKey, tls }: TemporalOptions): Client {
  const connection = Connection.lazy({
    address,
    apiKey,
    tls: tls ? {} : undefined,
    interceptors: [],
    // gRPC waits up to two minutes between its own attempts to connect: far too long after a short outage.
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 1000 },
  });
  return new Client({ connection, namespace, identity: `adjutant-dispatcher@${process.pid}` });
}

/**
 * Registers the search attributes where the server lets us (self-hosted). Temporal Cloud does not; there they are made once by
 * hand (docs/operations.md), and a missing one shows as a clear error of the first start.
 */
export async function ensureSearchAttributes(client: Client, logger: Logger): Promise<void> {
  const namespace = client.options.namespace;
  try {
    const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
    const missing = searchAttributeNames.filter((name) => !(name in (customAttributes ?? {})));
    if (missing.length === 0) return;
    await client.connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
    });
    logger.info({ namespace, missing }, 'Search attributes registered with Temporal');
  } catch (error) {
    logger.warn(
      { namespace, error: String(error) },
      'Search attributes could not be checked; register them by hand if starts fail',
    );
  }
}
