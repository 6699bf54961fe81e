/**
 * Settling: what a try had set aside goes back and what it cost is booked, in the transaction that closes its row in the ledger, as its last
 * act: purses are locked after agents.
 */
import { type Amount, settleIn, warningOf } from '../../core/budget/escrow.ts';
import type { Tx } from '../record.ts';
import { figuresOf, lockPurses, streamOf, writeSums } from './purses.ts';
import { wakeBudgetWaiters } from './wake-waiters.ts';

export interface Release {
  rootTaskId: string;
  budgetIds: string[];
  reserved: Amount;
  spent: Amount;
}

const pending = new WeakMap<Tx, Release[]>();

export function releaseAtEnd(tx: Tx, releases: Release[]): void {
  const some = releases.filter(({ budgetIds }) => budgetIds.length > 0);
  if (some.length === 0) return;
  const list = pending.get(tx);
  if (list) list.push(...some);
  else {
    pending.set(tx, some);
    tx.atEnd(() => release(tx), 'budgets');
  }
}

async function release(tx: Tx): Promise<void> {
  const releases = pending.get(tx) ?? [];
  pending.delete(tx);
  const before = await lockPurses(tx, [...new Set(releases.flatMap(({ budgetIds }) => budgetIds))]);
  if (before.length === 0) return;
  const after = before.map((purse) => {
    const settled = releases.filter(({ budgetIds }) => budgetIds.includes(purse.id)).reduce(settleIn, purse);
    return { ...settled, warned: Math.max(purse.warned, warningOf(settled)) };
  });
  await writeSums(tx, after);
  const rootTaskId = releases[0]?.rootTaskId ?? '';
  for (const [i, purse] of after.entries()) {
    if (purse.warned <= (before[i]?.warned ?? 0)) continue;
    const data = { ...figuresOf(purse), percent: purse.warned };
    tx.emit(
      { stream: streamOf(purse, rootTaskId), type: 'budget.warned', data },
      { rootTaskId: purse.scope === 'agent' ? null : rootTaskId },
    );
  }
  await wakeBudgetWaiters(
    tx,
    after.map(({ id }) => id),
  );
}
