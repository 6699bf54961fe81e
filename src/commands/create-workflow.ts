import type { Tx } from '../db/record.ts';
import { insertWorkflow } from '../db/workflow-store.ts';
import { type Caller, requireOperator } from './caller.ts';
import { type DefinitionSource, readDefinition } from './read-definition.ts';

export async function createWorkflow(
  tx: Tx,
  caller: Caller,
  source: DefinitionSource,
): Promise<{ id: string }> {
  requireOperator(caller);
  const definition = await readDefinition(tx, source);
  const { id } = await insertWorkflow(tx, { definition, origin: 'person' });
  return { id };
}
