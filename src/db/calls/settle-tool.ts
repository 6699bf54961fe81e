import type { Standing } from '../../contracts/corridor.ts';
import { loadEffect, settleEffect } from '../effect-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { decideTask } from '../standing/stand-task.ts';
import type { World } from '../standing/world.ts';
import { lockTask } from '../task-store.ts';
import { keepToolAnswer, type ToolOutcome } from './answer-tool.ts';
import type { ToolRequest } from './claim-tool.ts';
import { storable } from './storable-outcome.ts';
import { emitToolCalled, type ToolSaid } from './tool-called.ts';

export interface ToolSettlement {
  taskId: string;
  key: string;
  try: number;
  ms: number;
  end:
    | { as: 'answered'; answer: ToolOutcome }
    /** It was stopped or broke off, and may have happened all the same. */
    | { as: 'unknown'; why: string }
    /** Stopped on purpose before it ended. */
    | { as: 'stopped' };
}

/** Keeps what a call outside brought, and decides. What comes too late (the try was given up meanwhile) changes nothing. */
export async function settleTool(tx: Tx, settlement: ToolSettlement, world: World): Promise<Standing> {
  const task = await lockTask(tx, settlement.taskId);
  const effect = await loadEffect(tx, settlement.key);
  const current =
    effect?.status === 'claimed' && effect.tries === settlement.try && effect.attempt === task.attempt;
  if (effect && current) {
    const outcome = await writeEnd(tx, { task, effect }, settlement.end);
    const card = effect.request as ToolRequest;
    emitToolCalled(tx, task, { effect, card, outcome, ms: settlement.ms });
  }
  return decideTask(tx, task, world, current);
}

async function writeEnd(
  tx: Tx,
  { task, effect }: { task: TaskRow; effect: EffectRow },
  end: ToolSettlement['end'],
): Promise<ToolSaid> {
  if (end.as === 'answered') {
    await keepToolAnswer(tx, task, { effect, answer: storable(end.answer) });
    return end.answer.isError ? 'failed' : 'ok';
  }
  if (end.as === 'unknown') {
    const text = `It is not known whether it happened: ${end.why}`;
    await keepToolAnswer(tx, task, { effect, answer: { text, isError: true } });
    return 'lost';
  }
  const status = task.cancelRequestedAt ? 'abandoned' : 'planned';
  await settleEffect(tx, effect.key, { status, error: null });
  return 'stopped';
}
