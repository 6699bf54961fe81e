import type { Amount } from '../core/budget/escrow.ts';
import type { EffectFacts, EffectWaits, NewEffect } from '../core/task/snapshot.ts';
import { cleaned } from './calls/storable-outcome.ts';
import type { EffectRow } from './mappings/effect.ts';
import type { TaskRow } from './mappings/task.ts';
import { newId } from './new-id.ts';
import type { Tx } from './record.ts';

/** Mints the keys of effects that a decision wants: `task/attempt/turn/call`. */
export async function planEffects(
  tx: Tx,
  task: TaskRow,
  plan: { turn: number; effects: NewEffect[] },
): Promise<EffectFacts[]> {
  const rows = plan.effects.map((effect, call) => ({
    ...effect,
    input: effect.input ?? {},
    key: `${task.id}/${task.attempt}/${plan.turn}/${call + 1}`,
  }));
  tx.write(
    `INSERT INTO effects (key, id, workspace_id, task_id, attempt, turn, kind, purpose, status, input)
     SELECT key, id, $1, $2, $3, $4, kind, purpose, 'planned', input
       FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[]) AS e (key, id, kind, purpose, input)`,
    [
      tx.workspaceId,
      task.id,
      task.attempt,
      plan.turn,
      rows.map((row) => row.key),
      rows.map(() => newId('modelCall')),
      rows.map((row) => row.kind),
      rows.map((row) => row.purpose),
      rows.map((row) => JSON.stringify(row.input)),
    ],
  );
  return rows.map((row) => ({ ...row, turn: plan.turn, status: 'planned', outcome: null, error: null }));
}

export async function loadEffect(tx: Tx, key: string): Promise<EffectRow | null> {
  const [row] = await tx.sql<EffectRow>('SELECT * FROM effects WHERE key = $1 AND workspace_id = $2', [
    key,
    tx.workspaceId,
  ]);
  return row ?? null;
}

/** Of a call that comes back. `someOut`: some model of some provider is out. */
export type CalledEffect = EffectRow & { someOut: boolean };

/** @returns what there is, by key */
export async function loadCalledEffects(tx: Tx, keys: readonly string[]): Promise<Map<string, CalledEffect>> {
  const rows = await tx.sql<CalledEffect>(
    `SELECT e.*, EXISTS (SELECT 1 FROM provider_health) AS some_out FROM effects e WHERE e.key = ANY ($1) AND e.workspace_id = $2`,
    [keys, tx.workspaceId],
  );
  return new Map(rows.map((row) => [row.key, row]));
}

/** Claims an effect for one more try, which is the next of those that it had: the caller holds the lock of its task. */
export async function claimEffect(tx: Tx, key: string, request: unknown): Promise<void> {
  tx.write(
    `UPDATE effects SET status = 'claimed', tries = tries + 1, claimed_at = now(), request = coalesce($2, request) WHERE key = $1`,
    [key, request ? JSON.stringify(request) : null],
  );
}

/** There is no room for it in a purse now. Its request is kept: it will be the same call. */
export async function parkEffect(
  tx: Tx,
  key: string,
  { request, needs }: { request: unknown; needs: Amount },
): Promise<void> {
  tx.write(`UPDATE effects SET status = 'parked', request = $2, needs = $3 WHERE key = $1`, [
    key,
    JSON.stringify(request),
    JSON.stringify(needs),
  ]);
}

export type EffectEnd =
  | { status: 'settled'; outcome: unknown }
  /** What there was of an answer that was stopped. */
  | { status: 'abandoned'; outcome: unknown }
  | { status: 'failed' | 'abandoned' | 'planned'; error: { code: string; message: string } | null };

/** What came from outside is kept without what PostgreSQL cannot keep. */
export async function settleEffect(tx: Tx, key: string, end: EffectEnd): Promise<void> {
  const outcome = 'outcome' in end ? JSON.stringify(end.outcome, cleaned) : null;
  const error = 'error' in end && end.error ? JSON.stringify(end.error, cleaned) : null;
  tx.write(
    `UPDATE effects SET status = $2, outcome = $3, error = $4, settled_at = CASE WHEN $2 = 'planned' THEN NULL ELSE now() END WHERE key = $1`,
    [key, end.status, outcome, error],
  );
}

/** For whoever claims it next. */
export async function addToInput(tx: Tx, key: string, more: Record<string, unknown>): Promise<void> {
  tx.write(`UPDATE effects SET input = input || $2::jsonb WHERE key = $1`, [key, JSON.stringify(more)]);
}

/** Somebody else gives the answer of this tool call. */
export async function waitOnEffect(tx: Tx, key: string, waits: EffectWaits): Promise<void> {
  tx.write(`UPDATE effects SET status = 'waiting', waits = $2 WHERE key = $1`, [key, JSON.stringify(waits)]);
}
