import type { ProviderName, SetProvider } from '../contracts/provider.ts';
import { forgetOutages } from '../db/providers/provider-health-store.ts';
import { raiseProvidersRevision, storeProvider } from '../db/providers/provider-store.ts';
import type { Tx } from '../db/record.ts';
import type { Sealer } from '../db/seal.ts';
import { wakeForProviders } from '../db/standing/wake-model-waiters.ts';
import { AppError, type Problem } from '../errors.ts';
import { type Caller, requireOwner } from './caller.ts';

export interface ProviderKeyWish {
  name: ProviderName;
  wish: SetProvider;
}

/** What is missing or too much, before anybody is asked. @throws AppError invalid_request with every problem */
export function checkProviderWish({ name, wish }: ProviderKeyWish): void {
  const problems: Problem[] = [];
  if (name === 'llama') {
    if (wish.baseUrl === undefined)
      problems.push({
        pointer: '/baseUrl',
        code: 'required',
        message: 'Say where the server is, for example http://127.0.0.1:11434/v1.',
      });
  } else {
    if (wish.apiKey === undefined)
      problems.push({ pointer: '/apiKey', code: 'required', message: 'A key is missing.' });
    if (wish.fit !== undefined)
      problems.push({
        pointer: '/fit',
        code: 'not_allowed',
        message: 'Only for llama: the catalogue knows what the others are fit for.',
      });
  }
  if (problems.length > 0)
    throw new AppError('invalid_request', 'The provider cannot be set like this.', { problems });
}

/**
 * Keeps a key that was tried, and lets everything that waited for it look again, in one transaction. Outages that were noted under the
 * key before no longer count.
 */
export async function setProviderKey(
  tx: Tx,
  caller: Caller,
  { name, wish, sealer }: ProviderKeyWish & { sealer: Sealer },
): Promise<void> {
  requireOwner(caller);
  checkProviderWish({ name, wish });
  await raiseProvidersRevision(tx);
  await storeProvider(tx, name, wish, sealer);
  await forgetOutages(tx, name);
  await wakeForProviders(tx);
}
