/** A tool call that needs a person's yes: the row, and the call that waits for it. */
import type { ToolCard } from '../../contracts/tool-card.ts';
import type { SearchServiceName } from '../../contracts/web-search.ts';
import type { Ask } from '../../core/policy/decide-tool-call.ts';
import { fourEyesNeed } from '../../core/policy/four-eyes.ts';
import type { SearchRequest } from '../../core/web-search.ts';
import { countDeciders } from '../approvals/approval-rule-store.ts';
import { hashOfCall, insertRow } from '../approvals/approval-store.ts';
import { waitOnEffect } from '../effect-store.ts';
import type { ApprovalRow } from '../mappings/approval.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import type { ToolWork } from './run-tool.ts';

export interface AskedTool {
  tool: Pick<ToolCard, 'name' | 'risk'>;
  args: Record<string, unknown>;
  destination: string | null;
  /** Null: a step of a workflow makes the call. */
  agent: { id: string; name: string } | null;
  startedBy: string;
}

/** What a claim keeps with the effect: what was decided on. */
export interface ToolRequest extends Pick<ToolCard, 'risk' | 'effect'> {
  tool: string;
  args: Record<string, unknown>;
  destination: string | null;
  agent: AskedTool['agent'];
  startedBy: string;
  /** A person changed the arguments: the model is told what was run. */
  edited: boolean;
  /** The last that a model provider was asked to search. */
  search?: SearchRequest;
  /** A search service is asked now. */
  service?: { name: SearchServiceName; reason: string };
}

/** @returns why nobody can be asked, or null */
export async function askForCall(
  tx: Tx,
  work: ToolWork,
  { asked, ask, now }: { asked: AskedTool; ask: Ask; now: Date },
): Promise<string | null> {
  if (ask.fourEyes && (await countDeciders(tx, asked.startedBy)) < fourEyesNeed)
    return `${ask.why} Two people besides whoever gave the goal have to agree, and this workspace has too few who may.`;
  const expiresAt = ask.expiresMs === null ? null : new Date(now.getTime() + ask.expiresMs);
  const remindAt =
    expiresAt === null || ask.remindBeforeMs === null
      ? null
      : new Date(expiresAt.getTime() - ask.remindBeforeMs);
  const title = `${asked.agent?.name ?? work.task.title} wants to call ${asked.tool.name}${to(asked)}`;
  const { why, ruleIds, fourEyes } = ask;
  const id = await insertCall(tx, work, {
    kind: 'tool',
    asked,
    rest: { title, why, ruleIds, fourEyes, expiresAt, remindAt },
  });
  await waitOnEffect(tx, work.effect.key, {
    for: 'approval',
    detail: title,
    on: [id],
    until: expiresAt?.toISOString() ?? null,
    remindAt: remindAt?.toISOString() ?? null,
  });
  return null;
}

/** Nobody knows whether the call has happened: a person says so, or lets it be tried again. */
export async function askWhatHappened(
  tx: Tx,
  work: ToolWork,
  { asked, why }: { asked: AskedTool; why: string },
): Promise<void> {
  const title = `It is not known whether ${asked.tool.name}${to(asked)} happened`;
  const details =
    'Say whether it happened, or let it be tried again: then it may happen twice. It is never repeated by itself.';
  const id = await insertCall(tx, work, {
    kind: 'uncertain',
    asked,
    rest: { title, details, why, expiresAt: null },
  });
  await waitOnEffect(tx, work.effect.key, { for: 'person', detail: title, on: [id], until: null });
}

function to({ destination }: AskedTool): string {
  return destination === null ? '' : ` (${destination})`;
}

interface NewCall {
  kind: 'tool' | 'uncertain';
  asked: AskedTool;
  rest: Pick<ApprovalRow, 'title' | 'expiresAt'> & Partial<ApprovalRow>;
}

function insertCall(tx: Tx, { task, effect }: ToolWork, { kind, asked, rest }: NewCall): Promise<string> {
  const { tool, args, destination, agent, startedBy } = asked;
  return insertRow(tx, {
    ...rest,
    kind,
    runId: task.runId,
    attempt: task.attempt,
    rootTaskId: task.rootId,
    taskId: task.id,
    effectKey: effect.key,
    agentId: agent?.id ?? null,
    tool: tool.name,
    risk: tool.risk,
    destination,
    arguments: args,
    hash: hashOfCall({ kind, effectKey: effect.key, tool: tool.name, destination, args }),
    requestedBy: agent?.id ?? startedBy,
    startedBy,
  });
}

/** A call whose activity ended without an answer: what may have happened, and may not happen twice, is a person's matter. */
export async function askIfUncertain(
  tx: Tx,
  task: TaskRow,
  effect: EffectRow,
  why: string,
): Promise<boolean> {
  const request = effect.request as ToolRequest | null;
  if (effect.status !== 'claimed' || request?.effect !== 'at_most_once') return false;
  const { tool: name, risk, args, destination, agent, startedBy } = request;
  const asked = { tool: { name, risk }, args, destination, agent, startedBy };
  await askWhatHappened(tx, { task, effect }, { asked, why });
  return true;
}
