/**
 * A person's yes or no, once. Whoever asked is woken and goes on by itself. Called by every door: REST, the page, a message.
 */
import { isFinished } from '../contracts/status.ts';
import { editedCall } from './approval-arguments.ts';
import { fourEyesNeed } from '../core/policy/four-eyes.ts';
import { answerTool } from '../db/calls/answer-tool.ts';
import { decideApproval as write, hashOfCall, writeConsents } from '../db/approvals/approval-store.ts';
import type { ApprovalRow } from '../db/mappings/approval.ts';
import type { TaskRow } from '../db/mappings/task.ts';
import type { Tx } from '../db/record.ts';
import { lockRun } from '../db/run-store.ts';
import { lockTask } from '../db/task-store.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireNotAgent, requireOperator } from './caller.ts';
import type { ToolsOf } from './tools-of.ts';

export type ApprovalDecision = { approvalId: string; note?: string | undefined } & (
  | { status: 'approved'; arguments?: Record<string, unknown> | undefined }
  | { status: 'denied' }
  /** Of an uncertain call alone. */
  | { status: 'known'; happened: boolean }
);

/**
 * @throws AppError forbidden (a viewer, a key that acts for an agent, the same eyes twice), not_found, invalid_request (arguments);
 *   wrong_state when it is decided or expired, or what it was asked for has ended or is being cancelled
 */
export async function decideApproval(
  tx: Tx,
  caller: Caller,
  { decision, toolsOf }: { decision: ApprovalDecision; toolsOf: ToolsOf },
): Promise<{ id: string }> {
  requireOperator(caller);
  requireNotAgent(caller);
  const { approvalId } = decision;
  const [seen] = await tx.sql<Pick<ApprovalRow, 'kind' | 'runId' | 'taskId'>>(
    'SELECT kind, run_id, task_id FROM approvals WHERE id = $1 AND workspace_id = $2',
    [approvalId, tx.workspaceId],
  );
  if (!seen) throw notFound('approval', approvalId);
  const deciding = { tx, caller, decision, toolsOf };
  await (seen.kind === 'step'
    ? decideStep(deciding, seen.runId ?? '')
    : decideCall(deciding, seen.taskId ?? ''));
  return { id: approvalId };
}

interface Deciding {
  tx: Tx;
  caller: Caller;
  decision: ApprovalDecision;
  toolsOf: ToolsOf;
}

/** The run first, as everywhere; so a cancel, the expiry and a second decision come before or after this one, never in between. */
async function decideStep(deciding: Deciding, runId: string): Promise<void> {
  const { tx, caller, decision } = deciding;
  const run = await lockRun(tx, runId);
  const approval = await lockApproval(tx, decision.approvalId);
  requireOpen(approval, { what: 'run', ...run });
  if (decision.status === 'known') throw notUncertain();
  if (decision.status === 'denied') {
    const { status, note = null } = decision;
    await write(tx, approval, { status, by: caller.principalId, note });
  } else if (!(await approve(deciding, approval, decision.arguments))) return;
  tx.wake({ target: `run/${run.id}`, label: run.name, rootTaskId: run.rootTaskId });
}

async function decideCall(deciding: Deciding, taskId: string): Promise<void> {
  const { tx, decision } = deciding;
  const task = await lockTask(tx, taskId);
  const approval = await lockApproval(tx, decision.approvalId);
  requireOpen(approval, { what: 'task', ...task });
  const settled =
    decision.status === 'approved'
      ? await approve(deciding, approval, decision.arguments)
      : await refuse(deciding, { task, approval });
  if (settled) tx.wake({ target: `task/${task.id}`, label: task.title, rootTaskId: task.rootId });
}

/** @returns false while another pair of eyes is needed */
async function approve(
  { tx, caller, decision, toolsOf }: Deciding,
  approval: ApprovalRow,
  wanted: Record<string, unknown> | undefined,
): Promise<boolean> {
  if (wanted && approval.kind === 'uncertain') throw noArguments('A call that is tried again');
  if (wanted && approval.kind === 'step') throw noArguments('A step of a workflow');
  const edited = wanted ? await editOf({ tx, toolsOf }, approval, wanted) : null;
  const hash = edited?.hash ?? approval.hash;
  const before = approval.consents.filter((consent) => consent.hash === hash);
  if (approval.fourEyes) await requireOtherEyes(tx, caller, { approval, before });
  const consents = [...before, { by: caller.principalId, at: new Date().toISOString(), hash }];
  await writeConsents(tx, approval, { consents, edited: edited?.args ?? null });
  if (approval.fourEyes && consents.length < fourEyesNeed) return false;
  await write(tx, approval, { status: 'approved', by: caller.principalId, note: decision.note ?? null });
  if (approval.effectKey !== null) await grant(tx, approval.effectKey);
  return true;
}

/** The call is made by the next look of its task. */
async function grant(tx: Tx, effectKey: string): Promise<void> {
  await tx.sql(
    `UPDATE effects SET waits = waits || '{"granted":true}' WHERE key = $1 AND status = 'waiting'`,
    [effectKey],
  );
}

async function editOf(
  { tx, toolsOf }: Pick<Deciding, 'tx' | 'toolsOf'>,
  approval: ApprovalRow,
  wanted: Record<string, unknown>,
): Promise<{ args: Record<string, unknown>; hash: string }> {
  const { kind, effectKey, tool } = approval;
  // Its lock is held already.
  const task = await lockTask(tx, approval.taskId ?? '');
  const { args, destination } = await editedCall({ tx, task, tools: await toolsOf(tx) }, approval, wanted);
  return {
    args,
    hash: hashOfCall({ kind, effectKey: effectKey ?? '', tool: tool ?? '', destination, args }),
  };
}

async function requireOtherEyes(
  tx: Tx,
  { principalId }: Caller,
  { approval, before }: { approval: ApprovalRow; before: ApprovalRow['consents'] },
): Promise<void> {
  if (principalId === approval.startedBy)
    throw new AppError(
      'forbidden',
      'You gave the goal, or started the run, that asks: two other people have to agree.',
    );
  if (before.some(({ by }) => by === principalId))
    throw new AppError('wrong_state', 'You have agreed already: somebody else has to agree too.');
  const [row] = await tx.sql<{ kind: string }>('SELECT kind FROM principals WHERE id = $1', [principalId]);
  if (row?.kind !== 'person')
    throw new AppError('forbidden', 'Two people have to agree; this key belongs to a service.');
}

async function refuse(
  { tx, caller, decision }: Deciding,
  { task, approval }: { task: TaskRow; approval: ApprovalRow },
): Promise<boolean> {
  const known = decision.status === 'known';
  if (known && approval.kind !== 'uncertain') throw notUncertain();
  const note = decision.note ?? null;
  const happened = known ? decision.happened : null;
  await write(tx, approval, { status: 'denied', by: caller.principalId, note, happened });
  await answerTool(tx, task, approval.effectKey ?? '', {
    text: `${refusalWords(approval, happened)}${note ? ` They say: ${note}` : ''}`,
    isError: happened !== true,
    ...(happened === null ? { code: 'approval_denied' as const } : {}),
  });
  return true;
}

function refusalWords({ kind, tool }: ApprovalRow, happened: boolean | null): string {
  if (kind === 'tool') return `Denied by a person: ${tool} was not called. Do not ask for the same again.`;
  if (happened === null)
    return `It is not known whether the call of ${tool} happened, and a person does not want it repeated.`;
  return happened
    ? `A person has checked: the call of ${tool} happened. What it answered is not known.`
    : `A person has checked: the call of ${tool} did not happen.`;
}

async function lockApproval(tx: Tx, id: string): Promise<ApprovalRow> {
  const [approval] = await tx.sql<ApprovalRow>('SELECT * FROM approvals WHERE id = $1 FOR UPDATE', [id]);
  if (!approval) throw notFound('approval', id);
  return approval;
}

interface Asking {
  what: 'run' | 'task';
  status: Parameters<typeof isFinished>[0];
  cancelRequestedAt: Date | null;
}

function requireOpen({ status, expiresAt }: ApprovalRow, asking: Asking): void {
  const { what } = asking;
  if (status === 'expired')
    throw new AppError('wrong_state', 'The approval has expired: it cannot be decided any more.');
  if (status !== 'requested') throw new AppError('wrong_state', `The approval is ${status} already.`);
  if (expiresAt !== null && expiresAt.getTime() <= Date.now())
    throw new AppError('wrong_state', `The approval expired at ${expiresAt.toISOString()}.`);
  if (isFinished(asking.status))
    throw new AppError('wrong_state', `The ${what} is ${asking.status}: there is nothing left to approve.`);
  if (asking.cancelRequestedAt !== null)
    throw new AppError('wrong_state', `The ${what} is being cancelled: there is nothing left to approve.`);
}

function noArguments(what: string): AppError {
  const message = `${what} has no arguments that could be changed.`;
  return new AppError('invalid_request', message, {
    problems: [{ pointer: '/arguments', code: 'not_allowed', message }],
  });
}

function notUncertain(): AppError {
  return new AppError(
    'wrong_state',
    'Only of a call of which it is not known can be said what became of it.',
  );
}
