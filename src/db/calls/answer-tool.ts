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
import { appendTranscript, type NewLine } from './transcript.ts';

/**
 * Keeps what a tool call brought, and shows it to the model at its next turn. Where that was told that the answer comes later, the turn
 * says it itself (`tellLaterAnswers`): it may come between other calls and their results, which providers want side by side.
 */
export async function keepToolAnswer(
  tx: Tx,
  task: TaskRow,
  {
    effect,
    answer,
  }: { effect: Pick<EffectRow, 'id' | 'key' | 'turn' | 'purpose' | 'input' | 'waits'>; answer: ToolOutcome },
): Promise<void> {
  await settleEffect(tx, effect.key, { status: 'settled', outcome: answer });
  // All of it stands with the effect; the conversation has the beginning, and how to read on.
  const result = handleOf(effect.id);
  const text = shownResult(answer.text, result);
  if (!effect.waits?.told)
    appendTranscript(tx, task, [toolLine(effect, { text, result, isError: answer.isError === true })]);
}

type Called = Pick<EffectRow, 'turn' | 'purpose' | 'input'>;

function toolLine({ turn, purpose, input }: Called, content: Record<string, unknown>): NewLine {
  return { role: 'tool', turn, content: { callId: input.callId, name: purpose, ...content } };
}

/** The answers that have come since to calls of which the model was told so, each once. */
export async function tellLaterAnswers(tx: Tx, task: TaskRow, turn: number): Promise<NewLine[]> {
  const rows = await tx.sql<EffectRow>(
    `UPDATE effects SET waits = waits || '{"told": "answered"}'
      WHERE task_id = $1 AND attempt = $2 AND status = 'settled' AND waits->'told' = 'true' RETURNING *`,
    [task.id, task.attempt],
  );
  rows.sort((a, b) => a.turn - b.turn || (a.key < b.key ? -1 : 1));
  return rows.map(({ id, purpose, input, outcome }) => {
    const result = handleOf(id);
    const text = shownResult((outcome as ToolOutcome).text, result);
    const call = `${purpose} (${String(input.callId)})`;
    return {
      role: 'user',
      turn,
      content: { text: `To your call ${call}, which had no answer until now:\n\n${text}`, result },
    };
  });
}

/**
 * The model is called although calls of its own wait for an answer. A call without a result makes no sense to providers, so it is told that
 * the answer comes later, once. @returns whether there are such calls, and the lines for the transcript
 */
export async function tellOfOpenCalls(tx: Tx, task: TaskRow): Promise<{ any: boolean; lines: NewLine[] }> {
  const open = await tx.sql<EffectRow>(
    `SELECT * FROM effects WHERE task_id = $1 AND attempt = $2 AND status = 'waiting' ORDER BY turn, key`,
    [task.id, task.attempt],
  );
  const untold = open.filter(({ waits }) => !waits?.told);
  const keys = untold.map(({ key }) => key);
  if (keys.length > 0)
    tx.write(`UPDATE effects SET waits = waits || '{"told": true}' WHERE key = ANY ($1)`, [keys]);
  const text = 'Nobody has answered yet. It stays open; the answer comes later, as a message.';
  return { any: open.length > 0, lines: untold.map((effect) => toolLine(effect, { text, isError: false })) };
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
