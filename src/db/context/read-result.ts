import { headOf } from '../../core/context/clip.ts';
import { effectIdOf, readCharacters, stepOf } from '../../core/context/results.ts';
import { textOf } from '../../core/prompts/turn.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';

interface Part {
  text: string;
  next: number | null;
  characters: number;
}

/** Only what this task itself has been given: results of its own tools in any attempt, and outputs of the steps before it. */
export async function readResult(
  tx: Tx,
  task: Pick<TaskRow, 'id' | 'context'>,
  { handle, from }: { handle: string; from: number },
): Promise<Part | null> {
  const text = await textFor(tx, task, handle);
  if (text === null) return null;
  const part = headOf(text.slice(from), readCharacters);
  const end = from + part.length;
  return { text: part, next: end < text.length ? end : null, characters: text.length };
}

async function textFor(
  tx: Tx,
  task: Pick<TaskRow, 'id' | 'context'>,
  handle: string,
): Promise<string | null> {
  const step = stepOf(handle);
  if (step !== null) {
    const outputs = task.context.dependencies ?? {};
    return Object.hasOwn(outputs, step) ? textOf(outputs[step]) : null;
  }
  const effectId = effectIdOf(handle);
  if (effectId === null) return null;
  const [row] = await tx.sql<{ text: string | null }>(
    `SELECT outcome->>'text' AS text FROM effects WHERE id = $1 AND task_id = $2 AND workspace_id = $3 AND kind = 'tool'`,
    [effectId, task.id, tx.workspaceId],
  );
  return row?.text ?? null;
}
