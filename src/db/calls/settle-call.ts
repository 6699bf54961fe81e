import type { Standing } from '../../contracts/corridor.ts';
import type { Failure } from '../../contracts/task.ts';
import { loadEffect, settleEffect } from '../effect-store.ts';
import { closeTry, type LedgerClosing } from '../ledger-store.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { decideTask } from '../standing/stand-task.ts';
import type { World } from '../standing/world.ts';
import { lockTask } from '../task-store.ts';
import type { ClaimedCall } from './call-plan.ts';
import { appendTranscript } from './transcript.ts';

export interface Settlement {
  taskId: string;
  call: Pick<ClaimedCall, 'key' | 'callId' | 'try' | 'purpose'> & { model: string };
  ledger: LedgerClosing;
  end:
    | { as: 'settled'; outcome: unknown; said?: Record<string, unknown> }
    | { as: 'failed'; error: Failure }
    /** To be tried again by a technical retry. */
    | { as: 'again'; error: Failure }
    /** Stopped on purpose. */
    | { as: 'stopped' };
}

/**
 * Books the try, keeps the outcome and decides. An answer that comes late (its try was given up meanwhile) is booked in the ledger and
 * changes nothing else.
 */
export async function settleModelCall(tx: Tx, { taskId, call, ledger, end }: Settlement, world: World): Promise<Standing> {
  const task = await lockTask(tx, taskId);
  const effect = await loadEffect(tx, call.key);
  const booked = await closeTry(tx, call.key, call.try, ledger);
  const current = effect?.status === 'claimed' && effect.tries === call.try && effect.attempt === task.attempt;
  if (effect && current) await writeEnd(tx, { task, turn: effect.turn }, { call, end });
  if (booked) emitCalled(tx, task, { call, ledger });
  return decideTask(tx, task, world, current);
}

async function writeEnd(tx: Tx, { task, turn }: { task: TaskRow; turn: number }, { call, end }: Pick<Settlement, 'call' | 'end'>): Promise<void> {
  if (end.as === 'settled') {
    await settleEffect(tx, call.key, { status: 'settled', outcome: end.outcome });
    if (end.said) await appendTranscript(tx, task, [{ role: 'assistant', turn, content: end.said }]);
  } else if (end.as === 'failed') await settleEffect(tx, call.key, { status: 'failed', error: end.error });
  else if (end.as === 'again') await settleEffect(tx, call.key, { status: 'planned', error: end.error });
  else await settleEffect(tx, call.key, { status: task.cancelRequestedAt ? 'abandoned' : 'planned', error: null });
}

function emitCalled(tx: Tx, task: TaskRow, { call, ledger }: Pick<Settlement, 'call' | 'ledger'>): void {
  tx.emit(
    {
      stream: `task/${task.id}`,
      type: 'model.called',
      data: {
        callId: call.callId,
        try: call.try,
        model: call.model,
        purpose: call.purpose,
        outcome: ledger.outcome,
        inputTokens: ledger.usage?.inputTokens ?? 0,
        outputTokens: ledger.usage?.outputTokens ?? 0,
        usd: ledger.microUsd === null ? null : ledger.microUsd / 1e6,
        ms: Math.round(ledger.latencyMs),
      },
    },
    { rootTaskId: task.rootId },
  );
}
