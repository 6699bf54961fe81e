import type { Amount } from '../../core/budget/escrow.ts';
import { shortageOf } from '../../core/budget/escrow.ts';
import { lockAgents } from '../assignment/agent-slots.ts';
import { lockPursesOf } from '../budgets/purses.ts';
import { reserveAtEnd } from '../budgets/reserve.ts';
import { claimEffect, parkEffect } from '../effect-store.ts';
import { type LedgerOpening, openTry } from '../ledger-store.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';

/** What the claim keeps with the effect, and what its next try may cost at most. */
export interface PaidTry {
  request: unknown;
  at: { provider: string; model: string };
  worst: { microUsd: number | null; tokens?: number; price: unknown };
  kind?: LedgerOpening['kind'];
}

/**
 * The call goes out, unless a purse has no room for the most that it can cost: then its last words refuse, and the claim is begun anew
 * step by step. Parking gives the agent's slot back, and agents are locked before budgets: so that takes their lock first. The usual
 * claim leaves the agent's row, which everybody wants, alone.
 * @returns the number of the try; null: there is no room, and the call is parked
 */
export async function openPaidTry(
  tx: Tx,
  { task, effect }: { task: TaskRow; effect: EffectRow },
  { request, at, worst, kind = 'model' }: PaidTry,
): Promise<number | null> {
  const { key, id: callId, purpose } = effect;
  const { microUsd, tokens = 0, price } = worst;
  const needs: Amount = { microUsd: microUsd ?? 0, tokens };
  if (tx.stepwise && task.agentId) await lockAgents(tx, [task.agentId]);
  if (tx.stepwise && shortageOf(await lockPursesOf(tx, task), needs)) {
    await parkEffect(tx, key, { request, needs });
    return null;
  }
  const tryNumber = effect.tries + 1;
  const { provider, model } = at;
  await claimEffect(tx, key, request);
  const entryId = openTry(tx, task, {
    ...{ kind, callId, callKey: key, try: tryNumber, purpose, provider, model, price },
    reservedMicroUsd: microUsd,
    reservedTokens: tokens,
  });
  reserveAtEnd(tx, { entryId, ...needs });
  return tryNumber;
}
