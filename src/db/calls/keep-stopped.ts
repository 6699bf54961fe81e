import { isSummary } from '../../core/task/summaries.ts';
import { settleEffect } from '../effect-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { appendTranscript } from './transcript.ts';

/** What a person has seen of a call whose task is cancelled stays part of the conversation, marked as stopped. */
export async function keepStopped(
  tx: Tx,
  task: TaskRow,
  { effect, text }: { effect: Pick<EffectRow, 'key' | 'turn' | 'kind' | 'purpose'>; text: string },
): Promise<void> {
  const { key, turn } = effect;
  if (isSummary(effect) || text.trim() === '')
    return settleEffect(tx, key, { status: 'abandoned', error: null });
  const said = { text, toolCalls: [] };
  await settleEffect(tx, key, { status: 'abandoned', outcome: { ...said, stop: 'stopped' } });
  appendTranscript(tx, task, [{ role: 'assistant', turn, content: { ...said, stopped: true } }]);
}
