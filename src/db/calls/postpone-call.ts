import type { Standing } from '../../contracts/corridor.ts';
import { loadEffect } from '../effect-store.ts';
import { forgetTry } from '../ledger-store.ts';
import type { Tx } from '../record.ts';
import { decideTask } from '../standing/stand-task.ts';
import type { World } from '../standing/world.ts';
import { lockTask } from '../task-store.ts';

export interface Postponement {
  taskId: string;
  key: string;
  try: number;
  /** By the Temporal workflow's clock. */
  until: Date;
  /** Which limit, for people. */
  why: string;
}

/**
 * A claimed call was not made, because its provider's limit leaves no room before `until`: the claim is taken back as if it had never been, and the
 * task waits without a slot. Whoever claimed is certain that nothing was sent.
 */
export async function postponeModelCall(
  tx: Tx,
  { taskId, key, try: tryNumber, until, why }: Postponement,
  world: World,
): Promise<Standing> {
  const task = await lockTask(tx, taskId);
  const effect = await loadEffect(tx, key);
  await forgetTry(tx, key, tryNumber);
  const current =
    effect?.status === 'claimed' && effect.tries === tryNumber && effect.attempt === task.attempt;
  if (current) {
    const parked = !task.cancelRequestedAt;
    await tx.sql(
      `UPDATE effects SET status = $2, tries = tries - 1, not_before = $3, error = $4, needs = NULL,
              settled_at = CASE WHEN $2 = 'abandoned' THEN now() END WHERE key = $1`,
      [
        key,
        parked ? 'parked' : 'abandoned',
        parked ? until : null,
        parked ? JSON.stringify({ code: 'rate_limited', message: why }) : null,
      ],
    );
  }
  return decideTask(tx, task, world, current);
}
