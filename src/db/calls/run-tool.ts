/** Tools and methods that only read the record: run and settled in the transaction that holds the task's lock. */
import type { Standing } from '../../contracts/corridor.ts';
import { runMethod } from '../../core/documents/run-method.ts';
import type { EffectWaits } from '../../core/task/snapshot.ts';
import { loadEffect, settleEffect, waitOnEffect } from '../effect-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { decideTask } from '../standing/stand-task.ts';
import type { World } from '../standing/world.ts';
import { loadTaskFacts, lockTask } from '../task-store.ts';
import { type CallAddress, isClaimable, refuse } from './claim-call.ts';
import { keepToolAnswer, type ToolOutcome } from './answer-tool.ts';
import { type RecordToolContext, toolContext } from './tool-context.ts';
import { loadDocuments } from './turn-context.ts';

/** The tool registry as this file needs it. */
export type CallTool = (
  context: RecordToolContext,
  request: { name: string; arguments: string; allowed: readonly string[] },
) => Promise<ToolOutcome | ToolWaiting>;

interface ToolWaiting {
  wait: Omit<EffectWaits, 'until'> & { until?: string | null };
}

export async function runTool(
  tx: Tx,
  { taskId, key }: CallAddress,
  { world, callTool }: { world: World; callTool: CallTool },
): Promise<Standing> {
  const task = await lockTask(tx, taskId);
  const effect = await loadEffect(tx, key);
  if (!effect || !isClaimable(task, effect)) return refuse(tx, { task, effect }, world);
  const startedAt = Date.now();
  const said = effect.purpose.startsWith('method:')
    ? await runMethodOf(tx, { task, effect })
    : await callToolOf(tx, { task, effect }, callTool);
  tx.emit(
    {
      stream: `task/${task.id}`,
      type: 'tool.called',
      data: { tool: effect.purpose, outcome: said, ms: Date.now() - startedAt },
    },
    { rootTaskId: task.rootId },
  );
  return decideTask(tx, task, world, true);
}

interface Work {
  task: TaskRow;
  effect: EffectRow;
}

/** How it went, in one word for the event. */
type Said = 'ok' | 'failed' | 'waits';

async function runMethodOf(tx: Tx, { task, effect }: Work): Promise<Said> {
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

async function callToolOf(tx: Tx, { task, effect }: Work, callTool: CallTool): Promise<Said> {
  const { current } = await loadTaskFacts(tx, task);
  const answer = await callTool(toolContext(tx, { task, effect }), {
    name: effect.purpose,
    arguments: typeof effect.input.arguments === 'string' ? effect.input.arguments : '',
    allowed: current?.agent.spec.tools ?? [],
  });
  if ('wait' in answer) {
    await waitOnEffect(tx, effect.key, { until: null, ...answer.wait });
    return 'waits';
  }
  await keepToolAnswer(tx, task, { effect, answer });
  return answer.isError ? 'failed' : 'ok';
}
