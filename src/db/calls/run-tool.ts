/** Tools and methods that only read the record: run and settled in the transaction that holds the task's lock. */
import type { Standing } from '../../contracts/corridor.ts';
import { runMethod } from '../../core/documents/run-method.ts';
import { loadEffect, settleEffect } from '../effect-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import { readTaskPassages, searchTaskPassages } from '../passage-reads.ts';
import type { Tx } from '../record.ts';
import { decideTask } from '../standing/stand-task.ts';
import type { World } from '../standing/world.ts';
import { loadTaskFacts, lockTask } from '../task-store.ts';
import { type CallAddress, isClaimable, refuse } from './claim-call.ts';
import { appendTranscript } from './transcript.ts';
import { loadDocuments } from './turn-context.ts';

/** The tool registry as this file needs it. */
export type CallTool = (
  context: {
    searchPassages(words: string, limit: number): ReturnType<typeof searchTaskPassages>;
    readPassages(file: string, from: number, characters: number): ReturnType<typeof readTaskPassages>;
  },
  request: { name: string; arguments: string; allowed: readonly string[] },
) => Promise<{ text: string; isError?: boolean }>;

export async function runTool(
  tx: Tx,
  { taskId, key }: CallAddress,
  { world, callTool }: { world: World; callTool: CallTool },
): Promise<Standing> {
  const task = await lockTask(tx, taskId);
  const effect = await loadEffect(tx, key);
  if (!effect || !isClaimable(task, effect)) return refuse(tx, { task, effect }, world);
  const startedAt = Date.now();
  const outcome = effect.purpose.startsWith('method:')
    ? await methodOutcome(tx, { task, effect })
    : await toolOutcome(tx, { task, effect }, callTool);
  if ('error' in outcome) await settleEffect(tx, key, { status: 'failed', error: outcome.error });
  else await settleEffect(tx, key, { status: 'settled', outcome: outcome.value });
  const said = 'error' in outcome ? 'failed' : 'ok';
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

type Outcome = { value: unknown } | { error: { code: string; message: string } };

async function methodOutcome(tx: Tx, { task, effect }: Work): Promise<Outcome> {
  const [run] = await tx.sql<{ goal: string | null }>(
    `SELECT inputs->>'goal' AS goal FROM runs WHERE id = $1`,
    [task.runId],
  );
  return runMethod({
    name: effect.purpose.slice('method:'.length),
    about: task.method?.about ?? 'summary',
    goal: run?.goal ?? task.goal,
    dependencies: task.context.dependencies ?? {},
    documents: await loadDocuments(tx, task.id),
  });
}

async function toolOutcome(tx: Tx, { task, effect }: Work, callTool: CallTool): Promise<Outcome> {
  const { current } = await loadTaskFacts(tx, task);
  const answer = await callTool(
    {
      searchPassages: (words, limit) => searchTaskPassages(tx, task.id, { words, limit }),
      readPassages: (file, from, characters) => readTaskPassages(tx, task.id, { file, from, characters }),
    },
    {
      name: effect.purpose,
      arguments: typeof effect.input.arguments === 'string' ? effect.input.arguments : '',
      allowed: current?.agent.spec.tools ?? [],
    },
  );
  const content = {
    callId: effect.input.callId,
    name: effect.purpose,
    text: answer.text,
    isError: answer.isError === true,
  };
  await appendTranscript(tx, task, [{ role: 'tool', turn: effect.turn, content }]);
  return { value: answer };
}
