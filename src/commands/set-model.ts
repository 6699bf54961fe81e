import type { SetModel } from '../contracts/model.ts';
import type { ProviderName } from '../contracts/provider.ts';
import { deleteModelEntry, storeModelEntry } from '../db/providers/model-entry-store.ts';
import { raiseProvidersRevision } from '../db/providers/provider-store.ts';
import type { Tx } from '../db/record.ts';
import { wakeForProviders } from '../db/standing/wake-model-waiters.ts';
import { AppError, type Problem } from '../errors.ts';
import { type Caller, requireOwner } from './caller.ts';

export interface ModelName {
  provider: ProviderName;
  model: string;
}

/** What the workspace says about a model counts for the next decision of every process; what waits for a model looks again. */
export async function setModel(
  tx: Tx,
  caller: Caller,
  { provider, model, entry }: ModelName & { entry: SetModel },
): Promise<void> {
  requireOwner(caller);
  const problems = twice(entry);
  if (problems.length > 0)
    throw new AppError('invalid_request', 'The model cannot be set like this.', { problems });
  await raiseProvidersRevision(tx);
  await storeModelEntry(tx, { provider, model, entry });
  await wakeForProviders(tx);
}

/** The catalogue counts again. */
export async function unsetModel(tx: Tx, caller: Caller, { provider, model }: ModelName): Promise<void> {
  requireOwner(caller);
  await raiseProvidersRevision(tx);
  if (!(await deleteModelEntry(tx, provider, model)))
    throw new AppError('not_found', `Nothing is said about ${provider}/${model} here.`);
  await wakeForProviders(tx);
}

function twice({ prices = [] }: SetModel): Problem[] {
  return prices.flatMap(({ from }, i): Problem[] =>
    prices.findIndex((each) => each.from === from) < i
      ? [{ pointer: `/prices/${i}/from`, code: 'duplicate', message: `Two prices hold from ${from}.` }]
      : [],
  );
}
