/** Wait steps that wait for a message: a question to people, listed with all others; who answers it lets the run go on. */
import type { Json } from '../../contracts/workflow.ts';
import type { RunRow } from '../mappings/run.ts';
import type { Tx } from '../record.ts';
import { acceptMessage } from './accept.ts';
import { closedStates } from './closed-states.ts';
import { moveMessages } from './message-store.ts';

export async function askForStep(
  tx: Tx,
  run: Pick<RunRow, 'id' | 'rootTaskId'>,
  { key, with: given }: { key: string; with: Record<string, Json> },
): Promise<void> {
  if (typeof given.message !== 'string') return;
  const step = { runId: run.id, stepKey: key, rootTaskId: run.rootTaskId };
  await acceptMessage(tx, {
    from: { kind: 'run', id: run.id },
    fromTask: null,
    to: { kind: 'person', id: null, known: true, name: 'a person' },
    type: 'request',
    content: { text: given.message },
    step,
  });
}

/** Nobody needs to answer any more. `keys` null: of all steps. */
export async function withdrawQuestions(
  tx: Tx,
  run: Pick<RunRow, 'id' | 'rootTaskId'>,
  { keys, reason }: { keys: string[] | null; reason: string },
): Promise<void> {
  const rows = await tx.sql<{ id: string }>(
    `SELECT id FROM messages WHERE run_id = $1 AND to_kind = 'person' AND answered_by IS NULL AND state NOT IN ${closedStates}
        AND ($2::text[] IS NULL OR step_key = ANY ($2)) ORDER BY id FOR NO KEY UPDATE`,
    [run.id, keys],
  );
  const ids = rows.map(({ id }) => id);
  await moveMessages(tx, { ids, to: 'withdrawn', reason, rootTaskId: run.rootTaskId });
}
