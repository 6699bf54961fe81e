import type { Tx } from '../db/record.ts';
import { archiveWorkflow as archive, lockWorkflow } from '../db/workflow-store.ts';
import { notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

/** It starts no new runs; those that run go on. Saying it twice changes nothing. */
export async function archiveWorkflow(
  tx: Tx,
  caller: Caller,
  { workflowId }: { workflowId: string },
): Promise<void> {
  requireOperator(caller);
  if (!(await lockWorkflow(tx, workflowId))) throw notFound('workflow', workflowId);
  await archive(tx, workflowId);
}
