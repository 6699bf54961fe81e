/** Tools and methods that touch only the record: run and settled in the transaction that holds the task's lock. */
import { runMethod } from '../../core/documents/run-method.ts';
import { methodName } from '../../core/task/is-method.ts';
import { settleEffect, waitOnEffect } from '../effect-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { keepToolAnswer } from './answer-tool.ts';
import { toolContext, type ToolPlace } from './tool-context.ts';
import type { RecordToolInReach } from './tool-in-reach.ts';
import type { ToolSaid } from './tool-called.ts';
import type { ToolOutcome } from './tool-outcome.ts';
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
    name: methodName(effect.purpose),
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
  { task, effect, world }: ToolWork & Pick<ToolPlace, 'world'>,
  { tool, args, edited }: { tool: RecordToolInReach; args: Record<string, unknown>; edited: boolean },
): Promise<ToolSaid> {
  const answer = await tool.run(toolContext(tx, { task, effect, world }), args);
  if ('wait' in answer) {
    await waitOnEffect(tx, effect.key, { until: null, ...answer.wait });
    return 'waits';
  }
  await keepToolAnswer(tx, task, { effect, answer: edited ? toldOfEdit(answer, args) : answer });
  return answer.isError ? 'failed' : 'ok';
}

/** The model asked for something else than what was run. */
export function toldOfEdit(answer: ToolOutcome, args: Record<string, unknown>): ToolOutcome {
  const text = `A person changed the arguments before agreeing. What was run: ${JSON.stringify(args)}\n\n${answer.text}`;
  return { ...answer, text };
}
