import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../db/record.ts';
import { addVersion, findVersion, lockWorkflow } from '../db/workflow-store.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';
import { type DefinitionSource, readDefinition } from './read-definition.ts';

export interface UpdateWorkflowInput extends DefinitionSource {
  workflowId: string;
  /** The version that the person looked at; null: whatever is there. */
  ifMatch: string | null;
}

/** A changed definition is a new version; runs keep theirs. What changes nothing makes none. */
export async function updateWorkflow(tx: Tx, caller: Caller, input: UpdateWorkflowInput): Promise<void> {
  requireOperator(caller);
  const { workflowId, ifMatch } = input;
  const row = await lockWorkflow(tx, workflowId);
  if (!row) throw notFound('workflow', workflowId);
  if (ifMatch !== null && ifMatch !== String(row.version)) {
    throw new AppError(
      'precondition_failed',
      `The workflow is at version ${row.version} by now. Look at it and try again.`,
    );
  }
  if (row.archivedAt) throw new AppError('wrong_state', 'The workflow is archived.');
  if (row.taskId)
    throw new AppError('wrong_state', 'This is the plan of a task; save it as a workflow to change it.');
  const definition = await readDefinition(tx, input);
  const newest = await findVersion(tx, workflowId, row.version);
  if (isDeepStrictEqual(newest?.definition, definition)) return;
  await addVersion(tx, workflowId, definition);
}
