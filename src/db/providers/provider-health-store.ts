/**
 * Breakers, one per account, provider and model.
 *
 * 1. A row is an open breaker: while it is there, its model is out for everybody but the task that was sent to try it.
 * 2. Any answer of the model closes it; a failure of the trial keeps it open longer.
 * 3. Nobody wakes the parked tasks in the transaction that closes it: the probe finds those whose reason is gone, in fair order over
 *    workspaces. So a task that parks at the same moment is found too.
 */
import type { ModelOutage } from '../../core/route-model.ts';
import type { ProviderHealthRow } from '../mappings/provider-health.ts';
import type { Database, Tx } from '../record.ts';
import { headOf } from '../../core/context/clip.ts';

/** The first probe comes this soon; each trial that fails doubles it. Milliseconds. */
const firstProbeMs = 2_000;
const longestProbeMs = 120_000;
/** So long may the task on trial take to come to its call; then another may try. */
const trialMs = 10_000;

export interface Breaker {
  account: string;
  provider: string;
  model: string;
}

export interface NewOutage extends Breaker {
  reason: string;
  taskId: string;
  /** When the provider said when to come again. */
  retryAfterMs: number | null;
}

export async function openBreaker(
  tx: Tx,
  { account, provider, model, reason, taskId, retryAfterMs }: NewOutage,
): Promise<void> {
  await tx.sql(
    `INSERT INTO provider_health AS h (account, provider, model, reason, failures, open_until)
     VALUES ($1, $2, $3, $4, 1, clock_timestamp() + greatest($6::float8, $7::float8) * interval '1 millisecond')
     ON CONFLICT (account, provider, model) DO UPDATE SET reason = excluded.reason, trial_until = NULL,
       failures = h.failures + coalesce(h.trial_task_id = $5 AND h.trial_until IS NOT NULL, false)::int,
       open_until = clock_timestamp() + greatest($6::float8, least($8::float8,
         $7::float8 * power(2, least(20, h.failures - 1 + coalesce(h.trial_task_id = $5 AND h.trial_until IS NOT NULL, false)::int)))) * interval '1 millisecond'
       WHERE h.trial_until IS NULL OR h.trial_task_id = $5`,
    [account, provider, model, headOf(reason, 500), taskId, retryAfterMs ?? 0, firstProbeMs, longestProbeMs],
  );
}

/** It answered. What else of its provider is out is asked at once. */
export async function closeBreaker(tx: Tx, { account, provider, model }: Breaker): Promise<void> {
  await tx.sql(
    `WITH closed AS (DELETE FROM provider_health WHERE account = $1 AND provider = $2 AND model = $3 RETURNING model)
     UPDATE provider_health SET open_until = least(open_until, now()), trial_until = NULL
      WHERE account = $1 AND provider = $2 AND model <> $3 AND EXISTS (SELECT 1 FROM closed)`,
    [account, provider, model],
  );
}

/** The workspace's key of this provider changed: what was noted under the old one says nothing. */
export async function forgetOutages(tx: Tx, provider: string): Promise<void> {
  await tx.sql('DELETE FROM provider_health WHERE account = $1 AND provider = $2', [
    tx.workspaceId,
    provider,
  ]);
}

/** How often this call failed on this model, and whether another model of the same provider is out already. */
export async function countFailures(
  tx: Tx,
  key: string,
  { account, provider, model }: Breaker,
): Promise<{ failures: number; sick: boolean }> {
  const [row] = await tx.sql<{ failures: number; sick: boolean }>(
    `SELECT (SELECT count(*)::int FROM ledger WHERE call_key = $1 AND provider = $3 AND model = $4 AND outcome <> 'open') AS failures,
            EXISTS (SELECT 1 FROM provider_health WHERE account = $2 AND provider = $3) AS sick`,
    [key, account, provider, model],
  );
  return row ?? { failures: 0, sick: false };
}

export interface Outage extends ModelOutage {
  since: Date;
  openUntil: Date;
}

/** What is out for a workspace: under its own keys and under those of the environment. */
export async function listOutages(tx: Tx): Promise<Outage[]> {
  return tx.sql<Outage>(
    `SELECT account, provider, model, reason, since, open_until FROM provider_health WHERE account IN ('environment', $1) ORDER BY provider, model`,
    [tx.workspaceId],
  );
}

/** Breakers that are to be asked now; not those of a provider that is being tried. */
export async function dueBreakers(db: Database): Promise<ProviderHealthRow[]> {
  return db.acrossWorkspaces<ProviderHealthRow>(
    `SELECT * FROM provider_health h WHERE h.open_until <= now()
        AND NOT EXISTS (SELECT 1 FROM provider_health t WHERE t.account = h.account AND t.provider = h.provider AND t.trial_until > now())
      ORDER BY since, provider, model LIMIT 200`,
  );
}

/** Still out, says the probe. Nobody tried, so it is asked again at the usual pace. */
export async function keepOpen(
  db: Database,
  { account, provider, model }: Breaker,
  reason: string,
): Promise<void> {
  await db.acrossWorkspaces(
    `UPDATE provider_health SET reason = $4, trial_until = NULL, failures = failures + 1,
            open_until = now() + least($6::float8, $5::float8 * power(2, least(20, failures))) * interval '1 millisecond'
      WHERE account = $1 AND provider = $2 AND model = $3`,
    [account, provider, model, headOf(reason, 500), firstProbeMs, longestProbeMs],
  );
}

/** The one that may try it now; null when nobody waits for it, which closes the breaker. */
export async function beginTrial(
  db: Database,
  breaker: ProviderHealthRow,
  taskId: string | null,
): Promise<void> {
  const { account, provider, model } = breaker;
  if (taskId === null) {
    await db.acrossWorkspaces(
      `DELETE FROM provider_health WHERE account = $1 AND provider = $2 AND model = $3 AND open_until <= now()`,
      [account, provider, model],
    );
    return;
  }
  await db.acrossWorkspaces(
    `UPDATE provider_health SET trial_task_id = $4, trial_until = now() + $5 * interval '1 millisecond', open_until = now() + $5 * interval '1 millisecond'
      WHERE account = $1 AND provider = $2 AND model = $3`,
    [account, provider, model, taskId, trialMs],
  );
}

/** One trial at a time for one provider: its other models wait for the outcome. */
export async function postpone(db: Database, { account, provider, model }: Breaker): Promise<void> {
  await db.acrossWorkspaces(
    `UPDATE provider_health SET open_until = now() + $4 * interval '1 millisecond' WHERE account = $1 AND provider = $2 AND model = $3`,
    [account, provider, model, firstProbeMs],
  );
}

export interface ParkedTask {
  id: string;
  title: string;
  rootId: string;
  workspaceId: string;
}

const parked = `SELECT t.id, t.title, t.root_id, t.workspace_id,
    row_number() OVER (PARTITION BY t.workspace_id ORDER BY t.id) AS place
  FROM tasks t WHERE t.status = 'waiting' AND t.waiting_for = 'outage'`;

const released = `EXISTS (SELECT 1 FROM unnest(t.waits_on) AS w (key)
  WHERE NOT EXISTS (SELECT 1 FROM provider_health h WHERE h.account || '/' || h.provider || '/' || h.model = w.key))`;

/** Tasks that are parked for this model and have no other to go to, the first of each workspace first. */
export async function parkedFor(db: Database, { account, provider, model }: Breaker): Promise<ParkedTask[]> {
  return db.acrossWorkspaces<ParkedTask>(
    `${parked} AND $1 = ANY (t.waits_on) AND NOT ${released} ORDER BY place, t.id LIMIT 200`,
    [`${account}/${provider}/${model}`],
  );
}

/** Tasks that are parked although a model that they wait for is no longer out, and that nobody has woken yet. */
export async function releasedTasks(db: Database): Promise<ParkedTask[]> {
  return db.acrossWorkspaces<ParkedTask>(
    `${parked}
       AND ${released}
       AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.target = 'task/' || t.id AND o.status IN ('ready', 'leased'))
     ORDER BY place, t.id LIMIT 500`,
  );
}
