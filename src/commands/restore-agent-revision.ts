import { listRevisions, lockAgent } from '../db/agent-store.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';
import { makeRevision } from './update-agent.ts';

/** An older revision comes back as a new one. */
export async function restoreAgentRevision(
  tx: Tx,
  caller: Caller,
  { agentId, revision }: { agentId: string; revision: number },
): Promise<void> {
  requireOperator(caller);
  const row = await lockAgent(tx, agentId);
  if (!row) throw notFound('agent', agentId);
  if (row.archivedAt) throw new AppError('wrong_state', 'The agent is archived.');
  const older = (await listRevisions(tx, agentId)).find((each) => each.revision === revision);
  if (!older) throw notFound('revision', `${agentId}/${revision}`);
  await makeRevision(tx, row, older.spec);
}
