import type { ProviderName } from '../contracts/provider.ts';
import { forgetOutages } from '../db/providers/provider-health-store.ts';
import { deleteProvider, raiseProvidersRevision } from '../db/providers/provider-store.ts';
import type { Tx } from '../db/record.ts';
import { wakeForProviders } from '../db/standing/wake-model-waiters.ts';
import { AppError } from '../errors.ts';
import { type Caller, requireOwner } from './caller.ts';

/** A key of the environment counts again then. What waits looks again too: it may wait for something else now. */
export async function removeProviderKey(
  tx: Tx,
  caller: Caller,
  { name }: { name: ProviderName },
): Promise<void> {
  requireOwner(caller);
  await raiseProvidersRevision(tx);
  if (!(await deleteProvider(tx, name))) throw new AppError('not_found', `No key of ${name} is stored here.`);
  await forgetOutages(tx, name);
  await wakeForProviders(tx);
}
