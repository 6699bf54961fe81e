import { askIfUncertain } from '../calls/ask-approval.ts';
import { isMethod } from '../../core/task/is-method.ts';
import { keepStopped } from '../calls/keep-stopped.ts';
import { appendTranscript } from '../calls/transcript.ts';
import { outageCode } from '../../core/task/outage.ts';
import { noteOutage } from '../calls/give-up.ts';
import { closeOpenTries } from '../ledger-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import type { World } from './world.ts';

/** What whoever watches has seen of a model call. */
export interface Written {
  callId: string;
  text: string;
}

/**
 * The activity of a claimed effect ended without an answer (its technical retries are used up, or it was cancelled). What may have
 * been paid is booked as unknown; the effect is over. A model that called a tool is told so: a call without an answer would make its
 * next turn invalid.
 * Of a model call whose task is cancelled what was seen of it stays (`written`, as far as anybody knows it).
 * A model call whose last word was an outage is no failure of the task: the breaker opens, and it goes elsewhere or waits.
 * @returns whether anything changed
 */
export async function markLost(
  tx: Tx,
  task: TaskRow,
  { lost, written, world }: { lost: string[]; written: Written[]; world: World },
): Promise<boolean> {
  const asked = await askOfUncertain(tx, task, lost);
  const keys = lost.filter((key) => !asked.includes(key));
  const status = task.cancelRequestedAt ? 'abandoned' : 'failed';
  const error = {
    code: 'unavailable',
    message: 'It could not be carried out: the technical retries are used up.',
  };
  const rows = await tx.sql<
    Pick<EffectRow, 'id' | 'key' | 'kind' | 'purpose' | 'turn' | 'attempt' | 'input' | 'request' | 'error'>
  >(
    `UPDATE effects SET status = $3, error = coalesce(error, $4::jsonb), settled_at = now()
      WHERE task_id = $1 AND key = ANY ($2) AND status IN ('planned', 'claimed')
      RETURNING id, key, kind, purpose, turn, attempt, input, request, error`,
    [task.id, keys, status, JSON.stringify(error)],
  );
  for (const { id, key, kind, purpose, turn, attempt, input, request, error: why } of rows) {
    await closeOpenTries(tx, key);
    const seen = written.find(({ callId }) => callId === id);
    if (kind === 'model' && seen && task.cancelRequestedAt && attempt === task.attempt)
      await keepStopped(tx, task, { effect: { key, turn, kind, purpose }, text: seen.text });
    if (kind === 'model' && why?.code === outageCode)
      await noteOutage({ tx, task, world }, { request, reason: why.message, retryAfterMs: null });
    if (kind !== 'tool' || isMethod({ purpose, input }) || attempt !== task.attempt) continue;
    const content = {
      callId: input.callId,
      name: purpose,
      text: why?.message ?? error.message,
      isError: true,
    };
    appendTranscript(tx, task, [{ role: 'tool', turn, content }]);
  }
  return asked.length + rows.length > 0;
}

/** Calls that may have happened and may not happen twice are no failure: a person is asked. @returns their keys */
async function askOfUncertain(tx: Tx, task: TaskRow, keys: string[]): Promise<string[]> {
  if (task.cancelRequestedAt) return [];
  const claimed = await tx.sql<EffectRow>(
    `SELECT * FROM effects WHERE task_id = $1 AND key = ANY ($2) AND attempt = $3 AND kind = 'tool' AND status = 'claimed'`,
    [task.id, keys, task.attempt],
  );
  const asked: string[] = [];
  for (const effect of claimed)
    if (await askIfUncertain(tx, task, effect, 'Its worker was lost.')) asked.push(effect.key);
  return asked;
}
