/**
 * The answer of a tool call that somebody else had to give. The caller holds the task's lock; whoever is not the task's own decision
 * wakes the task afterwards.
 */
import { expireCallApprovals, remindOfCalls } from '../approvals/approval-store.ts';
import { handleOf, shownResult } from '../../core/context/results.ts';
import { settleEffect } from '../effect-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import type { ToolOutcome } from './tool-outcome.ts';
import { appendTranscript } from './transcript.ts';

/** Keeps what a tool call brought, and shows it to the model at its next turn. */
export async function keepToolAnswer(
  tx: Tx,
  task: TaskRow,
  {
    effect,
    answer,
  }: { effect: Pick<EffectRow, 'id' | 'key' | 'turn' | 'purpose' | 'input'>; answer: ToolOutcome },
): Promise<void> {
  await settleEffect(tx, effect.key, { status: 'settled', outcome: answer });
  const content = {
    callId: effect.input.callId,
    name: effect.purpose,
    // All of it stands with the effect; the conversation has the beginning, and how to read on.
    text: shownResult(answer.text, handleOf(effect.id)),
    result: handleOf(effect.id),
    isError: answer.isError === true,
  };
  appendTranscript(tx, task, [{ role: 'tool', turn: effect.turn, content }]);
}

/** @returns false when the call does not wait any more: it was answered, its time was over, or its attempt has ended */
export async function answerTool(tx: Tx, task: TaskRow, key: string, answer: ToolOutcome): Promise<boolean> {
  const [effect] = await tx.sql<EffectRow>(
    `SELECT * FROM effects WHERE key = $1 AND task_id = $2 AND attempt = $3 AND status = 'waiting'`,
    [key, task.id, task.attempt],
  );
  if (!effect) return false;
  await keepToolAnswer(tx, task, { effect, answer });
  return true;
}

/** Calls whose time is over are told so, and people are reminded of others. @returns whether there were any */
export async function endLateTools(tx: Tx, task: TaskRow, now: Date): Promise<boolean> {
  if (task.status !== 'waiting' || !task.wakeAt) return false;
  const reminded = await remind(tx, task, now);
  const late = await tx.sql<EffectRow>(
    `SELECT * FROM effects WHERE task_id = $1 AND attempt = $2 AND status = 'waiting' AND (waits->>'until')::timestamptz <= $3 AND (waits->'granted') IS NULL ORDER BY key`,
    [task.id, task.attempt, now],
  );
  for (const effect of late) {
    const answer = {
      text: `Nobody answered in time: ${effect.waits?.detail ?? effect.purpose}`,
      isError: true,
      ...(effect.waits?.for === 'approval' ? { code: 'approval_denied' as const } : {}),
    };
    await keepToolAnswer(tx, task, { effect, answer });
  }
  const keys = late.flatMap(({ key, waits }) => (waits?.for === 'approval' ? [key] : []));
  await expireCallApprovals(tx, keys, 'expired');
  return reminded || late.length > 0;
}

async function remind(tx: Tx, task: TaskRow, now: Date): Promise<boolean> {
  const keys = await remindOfCalls(tx, task.id, now);
  if (keys.length > 0)
    await tx.sql(`UPDATE effects SET waits = waits - 'remindAt' WHERE key = ANY ($1) AND waits IS NOT NULL`, [
      keys,
    ]);
  return keys.length > 0;
}
