/**
 * Settling: what a try had set aside goes back and what it cost is booked, in the transaction that closes its row in the ledger, as its last
 * act: purses are locked after agents.
 */
import { type Amount, plus, warningOf } from '../../core/budget/escrow.ts';
import { allEnded } from '../connection.ts';
import type { Tx } from '../record.ts';
import { figuresOf, setWarned, settlePurses, streamOf } from './purses.ts';
import { refuseIfAnyWaits, wakeBudgetWaiters } from './wake-waiters.ts';

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
    tx.lastly(() => release(tx));
  }
}

/** Sent together with the commit, since everybody in the workspace wants these rows. Who must be warned or waits makes it refuse. */
async function release(tx: Tx): Promise<void> {
  const releases = pending.get(tx) ?? [];
  pending.delete(tx);
  const ids = [...new Set(releases.flatMap(({ budgetIds }) => budgetIds))];
  const sums = ids.map((id) => sumOf(releases.filter(({ budgetIds }) => budgetIds.includes(id))));
  const settled = settlePurses(tx, ids, sums);
  if (!tx.stepwise) return void (await allEnded([settled, refuseIfAnyWaits(tx, ids)]));
  const purses = await settled;
  await wakeBudgetWaiters(tx, ids);
  const rootTaskId = releases[0]?.rootTaskId ?? '';
  for (const purse of purses) {
    const percent = warningOf(purse);
    if (percent <= purse.warned) continue;
    await setWarned(tx, purse.id, percent);
    const data = { ...figuresOf(purse), percent };
    tx.emit(
      { stream: streamOf(purse, rootTaskId), type: 'budget.warned', data },
      { rootTaskId: purse.scope === 'agent' ? null : rootTaskId },
    );
  }
}

/** Several tries that end in one transaction are settled like one. */
function sumOf(releases: Release[]): Pick<Release, 'reserved' | 'spent'> {
  const nothing = { microUsd: 0, tokens: 0 };
  return releases.reduce(
    (sum, each) => ({ reserved: plus(sum.reserved, each.reserved), spent: plus(sum.spent, each.spent) }),
    { reserved: nothing, spent: nothing },
  );
}
