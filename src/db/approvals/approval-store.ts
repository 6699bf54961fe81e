/**
 * Approvals: what a person is asked to agree to, and what became of it.
 *
 * 1. requested → approved | denied | expired, once. Whoever changes one has locked its run or its task before (locks: run → task → approval).
 * 2. An approval is for exactly what was asked: the hash is over it. It is computed again when the approval is spent.
 * 3. It is spent once: a step's by the decision of its run that goes on because of it, a tool call's in the claim of the call.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../core/policy/canonical-json.ts';
import { planDelivery } from './approval-webhook-store.ts';
import type { ApprovalRow } from '../mappings/approval.ts';
import type { RunRow } from '../mappings/run.ts';
import { newId } from '../new-id.ts';
import type { Tx } from '../record.ts';

export interface NewApproval {
  stepKey: string;
  attempt: number;
  title: string;
  details: string | null;
  expiresAt: Date | null;
  remindAt: Date | null;
  fourEyes: boolean;
  /** Who gave the goal, or started the run. */
  startedBy: string;
}

type Asked = Pick<ApprovalRow, 'title' | 'details' | 'stepKey' | 'runId'>;

/** SHA-256 of exactly what a step asks. */
export function hashOf({ title, details, stepKey, runId }: Asked, workflowVersion: number): string {
  return sha256(JSON.stringify([runId, workflowVersion, stepKey, title, details]));
}

interface AskedCall {
  kind: ApprovalRow['kind'];
  effectKey: string;
  tool: string;
  destination: string | null;
  args: Record<string, unknown>;
}

/** SHA-256 of exactly what a tool call asks: which call, which tool, where to, with which arguments. */
export function hashOfCall({ kind, effectKey, tool, destination, args }: AskedCall): string {
  return sha256(canonicalJson([kind, effectKey, tool, destination, args]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export async function insertApproval(tx: Tx, run: RunRow, asked: NewApproval): Promise<string> {
  return insertRow(tx, {
    ...asked,
    kind: 'step',
    runId: run.id,
    rootTaskId: run.rootTaskId,
    hash: hashOf({ ...asked, runId: run.id }, run.workflowVersion),
    requestedBy: run.actor,
  });
}

type Inserted = Pick<
  ApprovalRow,
  'kind' | 'attempt' | 'rootTaskId' | 'title' | 'hash' | 'requestedBy' | 'expiresAt' | 'runId'
> &
  Partial<ApprovalRow>;

const columns = {
  kind: 'kind',
  runId: 'run_id',
  stepKey: 'step_key',
  attempt: 'attempt',
  rootTaskId: 'root_task_id',
  taskId: 'task_id',
  effectKey: 'effect_key',
  agentId: 'agent_id',
  tool: 'tool',
  risk: 'risk',
  destination: 'destination',
  arguments: 'arguments',
  title: 'title',
  details: 'details',
  why: 'why',
  hash: 'hash',
  requestedBy: 'requested_by',
  startedBy: 'started_by',
  expiresAt: 'expires_at',
  remindAt: 'remind_at',
} as const;

export async function insertRow(tx: Tx, row: Inserted): Promise<string> {
  const id = newId('approval');
  const names = Object.keys(columns) as (keyof typeof columns)[];
  const values = names.map((name) => {
    const value = row[name] ?? null;
    return name === 'arguments' && value !== null ? JSON.stringify(value) : value;
  });
  await tx.sql(
    `INSERT INTO approvals (id, workspace_id, status, rule_ids, four_eyes, ${names.map((name) => columns[name]).join(', ')})
     VALUES ($1, $2, 'requested', $3, $4, ${names.map((_, i) => `$${i + 5}`).join(', ')})`,
    [id, tx.workspaceId, row.ruleIds ?? [], row.fourEyes ?? false, ...values],
  );
  say(tx, { ...nothingElse, ...row, id }, 'approval.requested', {
    expiresAt: row.expiresAt?.toISOString() ?? null,
  });
  await planDelivery(tx, id, 'approval.requested');
  return id;
}

const nothingElse = { stepKey: null, effectKey: null, taskId: null, tool: null };

type Said = Pick<
  ApprovalRow,
  'id' | 'kind' | 'runId' | 'stepKey' | 'taskId' | 'effectKey' | 'tool' | 'title' | 'rootTaskId'
>;
const saidColumns = 'id, kind, run_id, step_key, task_id, effect_key, tool, title, root_task_id';

type ApprovalEvent = `approval.${'requested' | 'approved' | 'denied' | 'expired' | 'reminded' | 'spent'}`;

/** An event on the stream of whoever asks: the run of a step, the task of a tool call. */
function say(tx: Tx, row: Said, type: ApprovalEvent, more: Record<string, unknown> = {}): void {
  const { id: approvalId, kind, title, tool, rootTaskId } = row;
  const stream = kind === 'step' ? `run/${row.runId}` : `task/${row.taskId}`;
  const key = row.stepKey ?? row.effectKey ?? '';
  const data = { approvalId, key, title, kind, tool, ...more };
  tx.emit({ stream, type, data } as Parameters<Tx['emit']>[0], { rootTaskId });
}

export interface Decision {
  status: 'approved' | 'denied';
  by: string;
  note: string | null;
  happened?: boolean | null;
}

/** Row and event of a person's decision. */
export async function decideApproval(tx: Tx, approval: ApprovalRow, decision: Decision): Promise<void> {
  const { status, by, note, happened = null } = decision;
  await tx.sql(
    `UPDATE approvals SET status = $2, decided_at = now(), decided_by = $3, note = $4, happened = $5 WHERE id = $1`,
    [approval.id, status, by, note, happened],
  );
  say(tx, approval, `approval.${status}`, { note });
}

/** One more has agreed to what would be run; `edited` is what that person made of it. */
export async function writeConsents(
  tx: Tx,
  approval: ApprovalRow,
  { consents, edited }: { consents: ApprovalRow['consents']; edited: Record<string, unknown> | null },
): Promise<void> {
  await tx.sql(`UPDATE approvals SET consents = $2, edited_arguments = $3, edited_hash = $4 WHERE id = $1`, [
    approval.id,
    JSON.stringify(consents),
    edited === null ? null : JSON.stringify(edited),
    edited === null ? null : (consents.at(-1)?.hash ?? null),
  ]);
}

/** Nobody needs to decide any more: the time is over, or the step ended otherwise. */
export async function expireApprovals(
  tx: Tx,
  run: Pick<RunRow, 'id'>,
  { keys, reason }: { keys: string[] | null; reason: string },
): Promise<void> {
  const rows = await tx.sql<Said>(
    `UPDATE approvals SET status = 'expired', decided_at = now(), note = $3
      WHERE run_id = $1 AND kind = 'step' AND status = 'requested' AND ($2::text[] IS NULL OR step_key = ANY ($2)) RETURNING ${saidColumns}`,
    [run.id, keys, reason],
  );
  for (const row of rows) say(tx, row, 'approval.expired', { reason });
}

/** The same for tool calls. */
export async function expireCallApprovals(tx: Tx, effectKeys: string[], reason: string): Promise<void> {
  if (effectKeys.length === 0) return;
  const rows = await tx.sql<Said>(
    `UPDATE approvals SET status = 'expired', decided_at = now(), note = $2
      WHERE effect_key = ANY ($1) AND status = 'requested' RETURNING ${saidColumns}`,
    [effectKeys, reason],
  );
  for (const row of rows) say(tx, row, 'approval.expired', { reason });
}

export async function spendApprovals(tx: Tx, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = await tx.sql<Said>(
    `UPDATE approvals SET spent_at = now() WHERE id = ANY ($1) AND status = 'approved' AND spent_at IS NULL RETURNING ${saidColumns}`,
    [ids],
  );
  for (const row of rows) say(tx, row, 'approval.spent');
}

/** The newest approval of a tool call. */
export async function findCallApproval(tx: Tx, effectKey: string): Promise<ApprovalRow | null> {
  const [row] = await tx.sql<ApprovalRow>(
    'SELECT * FROM approvals WHERE effect_key = $1 ORDER BY id DESC LIMIT 1',
    [effectKey],
  );
  return row ?? null;
}

type Reminded = Said & { expiresAt: Date | null };
const remindDue = (now: string) =>
  `UPDATE approvals SET reminded_at = ${now} WHERE status = 'requested' AND reminded_at IS NULL AND remind_at <= ${now}`;

/** Says once more that somebody waits for a decision. @returns the keys of the calls */
export async function remindOfCalls(tx: Tx, taskId: string, now: Date): Promise<string[]> {
  const rows = await tx.sql<Reminded>(
    `${remindDue('$2')} AND task_id = $1 RETURNING ${saidColumns}, expires_at`,
    [taskId, now],
  );
  await sayReminded(tx, rows);
  return rows.map(({ effectKey }) => effectKey ?? '');
}

/** The same for steps of a run. */
export async function remindOfSteps(
  tx: Tx,
  run: Pick<RunRow, 'id'>,
  { keys, now }: { keys: string[]; now: Date },
): Promise<void> {
  if (keys.length === 0) return;
  const rows = await tx.sql<Reminded>(
    `${remindDue('$2')} AND run_id = $1 AND kind = 'step' AND step_key = ANY ($3) RETURNING ${saidColumns}, expires_at`,
    [run.id, now, keys],
  );
  await sayReminded(tx, rows);
}

async function sayReminded(tx: Tx, rows: Reminded[]): Promise<void> {
  for (const row of rows) {
    say(tx, row, 'approval.reminded', { expiresAt: row.expiresAt?.toISOString() ?? null });
    await planDelivery(tx, row.id, 'approval.reminded');
  }
}
