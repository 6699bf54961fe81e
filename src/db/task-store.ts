import type { ModelOutage } from '../core/route-model.ts';
import type { Purse } from '../core/budget/escrow.ts';
import type { PlanFacts, TaskSnapshot } from '../core/task/snapshot.ts';
import { summarising } from '../core/task/summaries.ts';
import { checkTransition } from '../core/transition.ts';
import { notFound } from '../errors.ts';
import { TaskMapping, type TaskRow } from './mappings/task.ts';
import { pursesOfParked } from './budgets/wake-waiters.ts';
import { snakeCase } from './naming.ts';
import { sqlOf } from './columns.ts';
import { taskMessages } from './messages/task-messages.ts';
import type { Tx } from './record.ts';

/**
 * Locks the row: a statement of its own, so that what is read afterwards is what the last writer left.
 *
 * Rows that others refer to are locked FOR NO KEY UPDATE, here and everywhere: whoever writes a child twice in one transaction has its parent's
 * key looked up again by PostgreSQL, late in the order of locks, and that must not wait for who holds the parent.
 */
export async function lockTask(tx: Tx, id: string): Promise<TaskRow> {
  const [row] = await tx.sql<TaskRow>(
    'SELECT * FROM tasks WHERE id = $1 AND workspace_id = $2 FOR NO KEY UPDATE',
    [id, tx.workspaceId],
  );
  if (!row) throw notFound('task', id);
  return row;
}

/** Those of them that nobody holds: no waiting, so no ring of waiters. */
export async function lockFreeTasks(tx: Tx, ids: readonly string[]): Promise<Map<string, TaskRow>> {
  const rows = await tx.sql<TaskRow>(
    'SELECT * FROM tasks WHERE id = ANY ($1) AND workspace_id = $2 ORDER BY id FOR NO KEY UPDATE SKIP LOCKED',
    [ids, tx.workspaceId],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

export type TaskPatch = Partial<Omit<TaskRow, 'id' | 'workspaceId' | 'version'>>;

const unsaved = new WeakMap<TaskRow, TaskPatch>();

/** A change that goes with the next one of this row: one statement less. Whoever makes it sees to it that there is one. */
export function updateTaskLater(row: TaskRow, patch: TaskPatch): void {
  if (patch.status) checkTransition('task', row.status, patch.status);
  Object.assign(row, patch);
  unsaved.set(row, { ...unsaved.get(row), ...patch });
}

export function isUnsaved(row: TaskRow): boolean {
  return unsaved.has(row);
}

/** Every change makes a new version: that is how the Temporal workflow tells an old state from a new one. */
export async function updateTask(tx: Tx, row: TaskRow, patch: TaskPatch): Promise<void> {
  if (patch.status) checkTransition('task', row.status, patch.status);
  const { sets, values } = sqlOf({ ...unsaved.get(row), ...patch, version: row.version + 1 }, 3);
  unsaved.delete(row);
  tx.write(`UPDATE tasks SET ${sets} WHERE id = $1 AND workspace_id = $2`, [
    row.id,
    tx.workspaceId,
    ...values,
  ]);
  Object.assign(row, patch);
  row.version += 1;
}

/** @returns the row as it stands now, but for whose budgets it draws on: those of the task above are copied by the statement. */
export async function insertTask(
  tx: Tx,
  row: Pick<
    TaskRow,
    'id' | 'rootId' | 'role' | 'title' | 'goal' | 'status' | 'priority' | 'depth' | 'actor'
  > &
    TaskPatch,
): Promise<TaskRow> {
  const all = { ...row, workspaceId: tx.workspaceId };
  const names = Object.keys(all).map(snakeCase);
  const { values } = sqlOf(all, 1);
  // Whoever pays for the task above pays for this one too.
  tx.write(
    `INSERT INTO tasks (${names.join(', ')}, payer_ids) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')},
       (SELECT payer_ids FROM tasks WHERE id = $${names.length + 1}))`,
    [...values, row.parentId ?? null],
  );
  return { ...structuredClone(untold), createdAt: new Date(), ...all } as TaskRow;
}

/** What PostgreSQL makes of columns that are not given. */
const untold = Object.fromEntries(
  Object.entries(TaskMapping.options.columns).flatMap(([name, column]) =>
    column?.nullable
      ? [[name, null]]
      : typeof column?.default === 'function'
        ? []
        : [[name, column?.default]],
  ),
);

interface SnapshotRow {
  current: TaskSnapshot['current'];
  failedAttempts: TaskSnapshot['failedAttempts'] | null;
  files: TaskSnapshot['files'] | null;
  effects: TaskSnapshot['effects'] | null;
  planRun: TaskSnapshot['planRun'];
  plan: PlanFacts | null;
  outages: ModelOutage[] | null;
  purses: Purse[] | null;
  messages: TaskSnapshot['messages'] | null;
  context: TaskSnapshot['context'];
  microUsd: number | null;
  unpriced: number;
}

export type LoadedFacts = Omit<TaskSnapshot, 'models' | 'team'> & {
  outages: ModelOutage[];
  costUsd: number | null;
};

/** Everything a decision about one task looks at, in one statement. The caller holds the lock. */
export async function loadTaskFacts(tx: Tx, task: TaskRow): Promise<LoadedFacts> {
  const [row] = await tx.sql<SnapshotRow>(taskFacts, [
    task.id,
    task.attempt,
    task.planRunId,
    task.attemptsBefore,
    tx.workspaceId,
  ]);
  if (!row) throw notFound('task', task.id);
  return {
    task,
    current: asChanged(row.current, task),
    failedAttempts: row.failedAttempts ?? [],
    files: row.files ?? [],
    effects: row.effects ?? [],
    planRun: row.planRun,
    plan: row.plan,
    outages: row.outages ?? [],
    purses: row.purses ?? [],
    messages: row.messages ?? [],
    context: row.context ?? null,
    costUsd: row.unpriced > 0 ? null : Number(row.microUsd ?? 0) / 1e6,
  };
}

/** The same of a task that this transaction has written itself and that was given no files: nothing has come of it yet. */
export function factsOfNew(task: TaskRow): LoadedFacts {
  return {
    task,
    current: null,
    failedAttempts: [],
    files: [],
    effects: [],
    planRun: null,
    plan: null,
    outages: [],
    purses: [],
    messages: [],
    context: null,
    costUsd: 0,
  };
}

/** A person's wish for this task goes before what the agent's revision says. */
export function asChanged(
  current: TaskSnapshot['current'],
  { changes }: Pick<TaskRow, 'changes'>,
): TaskSnapshot['current'] {
  if (!current || !changes) return current;
  const { spec } = current.agent;
  const { instructions = spec.instructions, model } = changes;
  const only = model ? { preferred: [model], allowed: [model] } : {};
  const modelPolicy = { ...spec.modelPolicy, ...only };
  return { ...current, agent: { ...current.agent, spec: { ...spec, instructions, modelPolicy } } };
}

/**
 * A decision looks at the last turns; of the others it needs that they were. So a task of a thousand turns does not read all that was ever said
 * to take the next one, and never a long result.
 */
const recentTurns = 40;
const isLongAgo = `e.status = 'settled' AND e.turn < newest.turn - ${recentTurns}`;
const outcomeShown = `CASE
  WHEN (e.kind = 'tool' OR e.purpose = 'work') AND e.purpose NOT LIKE 'method:%' AND ${isLongAgo} THEN NULL
  WHEN e.kind = 'tool' AND pg_column_size(e.outcome) > 8000 AND e.purpose NOT LIKE 'method:%'
    THEN jsonb_build_object('text', left(e.outcome->>'text', 1000), 'isError', e.outcome->'isError', 'hash', md5(e.outcome::text))
  ELSE e.outcome END`;

/** Facts of a task at which a claim looks too, each as a select of its own. */
export const factInSql = {
  current: (task: string, attempt: string) => `
    SELECT json_build_object('n', a.n, 'agent', json_build_object('id', a.agent_id, 'name', g.name, 'spec', r.spec))
      FROM attempts a JOIN agents g ON g.id = a.agent_id
      JOIN agent_revisions r ON r.agent_id = a.agent_id AND r.revision = a.agent_revision
     WHERE a.task_id = ${task} AND a.n = ${attempt} AND a.status = 'running'`,
  files: (task: string) => `
    SELECT json_agg(json_build_object('id', f.id, 'name', f.name, 'kind', f.kind, 'status', f.status, 'problem', f.problem) ORDER BY tf.position)
      FROM task_files tf JOIN files f ON f.id = tf.file_id WHERE tf.task_id = ${task} AND NOT tf.made`,
  outages: (task: string, workspace: string) => `
    SELECT json_agg(json_build_object('account', h.account, 'provider', h.provider, 'model', h.model, 'reason', h.reason) ORDER BY h.provider, h.model)
      FROM provider_health h WHERE h.account IN ('environment', ${workspace}) AND NOT (h.trial_task_id = ${task} AND h.trial_until > now()) IS TRUE`,
};

const taskFacts = `
  SELECT
    (${factInSql.current('$1', '$2')}) AS current,
    (SELECT json_agg(json_build_object('agentId', a.agent_id, 'error', a.error) ORDER BY a.n)
       FROM attempts a WHERE a.task_id = $1 AND a.status = 'failed' AND a.n > $4) AS failed_attempts,
    (${factInSql.files('$1')}) AS files,
    (SELECT json_agg(json_build_object('key', e.key, 'turn', e.turn, 'kind', e.kind, 'purpose', e.purpose, 'status', e.status,
              'needs', e.needs, 'notBefore', e.not_before, 'waits', e.waits, 'error', e.error,
              'input', CASE WHEN e.kind = 'tool' AND ${isLongAgo} THEN '{}' ELSE e.input END, 'outcome', ${outcomeShown}) ORDER BY e.turn, e.key)
       FROM effects e, (SELECT max(turn) AS turn FROM effects WHERE task_id = $1 AND attempt = $2) newest WHERE e.task_id = $1 AND e.attempt = $2) AS effects,
    (SELECT json_build_object('id', r.id, 'status', r.status, 'output', r.output, 'error', r.error, 'planN', r.plan_n, 'replan', r.replan)
       FROM runs r WHERE r.id = $3) AS plan_run,
    (SELECT json_build_object('n', p.n, 'kind', p.kind, 'status', p.status, 'origin', p.origin, 'reason', p.reason, 'note', p.note,
              'decidedBy', p.decided_by, 'name', CASE WHEN p.status = 'proposed' THEN (SELECT v.definition->>'name' FROM workflow_versions v
                 WHERE v.workflow_id = p.workflow_id AND v.version = p.workflow_version) END)
       FROM plans p WHERE p.task_id = $1 ORDER BY p.n DESC LIMIT 1) AS plan,
    (${factInSql.outages('$1', '$5')}) AS outages,
    ${pursesOfParked('$1', '$2')} AS purses,
    (${taskMessages('$1', '$2::int')}) AS messages,
    (SELECT json_build_object('total', m.request->'packing'->'total', 'room', m.request->'packing'->'room', 'since',
              (SELECT coalesce(sum(t.tokens), 0) FROM transcript t
                WHERE t.task_id = $1 AND t.attempt = $2 AND t.seq > (m.request->'packing'->>'upTo')::int))
       FROM effects m WHERE m.task_id = $1 AND m.attempt = $2 AND m.kind = 'model' AND m.purpose <> '${summarising}'
         AND m.request->'packing' IS NOT NULL ORDER BY m.turn DESC LIMIT 1) AS context,
    l.micro_usd, l.unpriced
  FROM (SELECT sum(micro_usd)::float8 AS micro_usd,
               count(*) FILTER (WHERE micro_usd IS NULL AND outcome <> 'open')::int AS unpriced
          FROM ledger WHERE task_id = $1) l`;
