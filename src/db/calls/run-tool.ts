/** Tools and methods that touch only the record: run and settled in the transaction that holds the task's lock. */
import { runMethod } from '../../core/documents/run-method.ts';
import { settleEffect, waitOnEffect } from '../effect-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { keepToolAnswer } from './answer-tool.ts';
import { toolContext } from './tool-context.ts';
import type { RecordToolInReach } from './tool-in-reach.ts';
import type { ToolSaid } from './tool-called.ts';
import { loadDocuments } from './turn-context.ts';

export interface ToolWork {
  task: TaskRow;
  effect: EffectRow;
}

export async function runMethodOf(tx: Tx, { task, effect }: ToolWork): Promise<ToolSaid> {
  const [run] = await tx.sql<{ goal: string | null }>(
    `SELECT inputs->>'goal' AS goal FROM runs WHERE id = $1`,
    [task.runId],
  );
  const outcome = runMethod({
    name: effect.purpose.slice('method:'.length),
    about: task.method?.about ?? 'summary',
    goal: run?.goal ?? task.goal,
    dependencies: task.context.dependencies ?? {},
    documents: await loadDocuments(tx, task.id),
  });
  if ('error' in outcome) await settleEffect(tx, effect.key, { status: 'failed', error: outcome.error });
  else await settleEffect(tx, effect.key, { status: 'settled', outcome: outcome.value });
  return 'error' in outcome ? 'failed' : 'ok';
}

export async function runRecordTool(
  tx: Tx,
  { task, effect }: ToolWork,
  { tool, args }: { tool: RecordToolInReach; args: Record<string, unknown> },
): Promise<ToolSaid> {
  const answer = await tool.run(toolContext(tx, { task, effect }), args);
  if ('wait' in answer) {
    await waitOnEffect(tx, effect.key, { until: null, ...answer.wait });
    return 'waits';
  }
  await keepToolAnswer(tx, task, { effect, answer });
  return answer.isError ? 'failed' : 'ok';
}
