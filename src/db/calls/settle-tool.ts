import { expireCallApprovals } from '../approvals/approval-store.ts';
import { loadEffect, settleEffect } from '../effect-store.ts';
import { closeTry, type LedgerClosing } from '../ledger-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { decideTask } from '../standing/stand-task.ts';
import type { World } from '../standing/world.ts';
import { lockTask } from '../task-store.ts';
import { closeBreaker } from '../providers/provider-health-store.ts';
import { keepToolAnswer } from './answer-tool.ts';
import { askIfUncertain, type ToolRequest } from './ask-approval.ts';
import { breakerOf } from './give-up.ts';
import { toldOfEdit } from './run-tool.ts';
import { searchFailed, type Unsearched } from './search-failed.ts';
import type { Settled } from './settle-call.ts';
import { storable } from './storable-outcome.ts';
import { emitToolCalled, type ToolSaid } from './tool-called.ts';
import type { ToolOutcome } from './tool-outcome.ts';

export interface ToolSettlement {
  taskId: string;
  key: string;
  try: number;
  ms: number;
  /** Of a call that a model provider carried out: what its try came to. */
  ledger?: LedgerClosing;
  end:
    | { as: 'answered'; answer: ToolOutcome }
    /** It was stopped or broke off, and may have happened all the same. */
    | { as: 'unknown'; why: string }
    /** Stopped on purpose before it ended. */
    | { as: 'stopped' }
    /** Whoever was asked to search did not: somebody else may. */
    | Unsearched;
}

/**
 * Keeps what a call outside brought, and decides. What comes too late (the try was given up meanwhile) changes nothing, unless a person
 * is still being asked what became of it: the answer itself says it best. What the try cost is booked whenever it comes.
 */
export async function settleTool(tx: Tx, settlement: ToolSettlement, world: World): Promise<Settled> {
  const task = await lockTask(tx, settlement.taskId);
  const { key, ledger } = settlement;
  const effect = await loadEffect(tx, key);
  if (ledger) await closeTry(tx, key, settlement.try, ledger);
  const current = isOfThisTry(task, effect, settlement);
  let again = false;
  if (effect && current) {
    const { end, ms } = settlement;
    if (ledger?.outcome === 'ok') await noteAnswer(tx, world, effect);
    if (end.as === 'unsearched') again = await searchFailed({ tx, task, world }, effect, end);
    const outcome = end.as === 'unsearched' ? 'failed' : await writeEnd(tx, { task, effect }, end);
    const card = effect.request as ToolRequest;
    emitToolCalled(tx, task, { effect, card, outcome, ms });
  }
  const standing = await decideTask(tx, task, world, current);
  return { ...standing, again: again && standing.start.some(({ key: job }) => job === key) };
}

/** The model that was asked to search is there. */
async function noteAnswer(tx: Tx, world: World, { request }: EffectRow): Promise<void> {
  const breaker = breakerOf(world, (request as ToolRequest).search);
  if (breaker) await closeBreaker(tx, breaker);
}

function isOfThisTry(task: TaskRow, effect: EffectRow | null, { try: n, end }: ToolSettlement): boolean {
  if (effect?.tries !== n || effect.attempt !== task.attempt) return false;
  const asked = effect.status === 'waiting' && effect.waits?.for === 'person' && !effect.waits.granted;
  return effect.status === 'claimed' || (asked && end.as === 'answered');
}

async function writeEnd(
  tx: Tx,
  { task, effect }: { task: TaskRow; effect: EffectRow },
  end: Exclude<ToolSettlement['end'], Unsearched>,
): Promise<ToolSaid> {
  const { args, edited } = effect.request as ToolRequest;
  if (end.as === 'answered') {
    const answer = storable(end.answer);
    await keepToolAnswer(tx, task, { effect, answer: edited ? toldOfEdit(answer, args) : answer });
    if (effect.waits) await expireCallApprovals(tx, [effect.key], 'The call itself said what became of it.');
    return answer.isError ? 'failed' : 'ok';
  }
  if (end.as === 'unknown' && !task.cancelRequestedAt) {
    await askIfUncertain(tx, task, effect, end.why);
    return 'lost';
  }
  const status = task.cancelRequestedAt ? 'abandoned' : 'planned';
  const error =
    end.as === 'unknown'
      ? { code: 'unavailable', message: `It is not known whether it happened: ${end.why}` }
      : null;
  await settleEffect(tx, effect.key, { status, error });
  return end.as === 'unknown' ? 'lost' : 'stopped';
}
