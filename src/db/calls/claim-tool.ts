/**
 * The claim of a tool call: one transaction in which the policy decides, outside the model, over exactly the arguments that will be used.
 *
 * 1. A tool of the record is run and settled in this transaction; nothing of it can be lost.
 * 2. A tool that leaves the process is claimed with what was decided, called by the activity, and settled after (settle-tool).
 * 3. What needs a person's yes waits for it. The yes is spent here, once, and only for what it was given for.
 * 4. A try that was claimed and never settled was lost. What may be repeated is tried again with the same key; what may not is never
 *    tried again by itself: a person is asked.
 * 5. A search of the web goes to one who searches at a time. When a model provider makes it for money, it is claimed like a model call: with
 *    the most that it can cost set aside, or parked; of a lost try of it the money is booked as spent. When nobody is left, the model is told.
 */
import type { Standing } from '../../contracts/corridor.ts';
import type { AgentSpec } from '../../contracts/agent.ts';
import type { ToolCard } from '../../contracts/tool-card.ts';
import type { SearchServiceName } from '../../contracts/web-search.ts';
import { readToolCall } from '../../core/policy/read-tool-call.ts';
import type { ModelOutage } from '../../core/route-model.ts';
import { isMethod } from '../../core/task/is-method.ts';
import { toolsInTask } from '../../core/task/hearing-tools.ts';
import { loadPolicyFacts, type PolicyFacts } from '../approvals/approval-rule-store.ts';
import { findCallApproval, hashOfCall, spendApprovals } from '../approvals/approval-store.ts';
import { claimEffect, loadEffect } from '../effect-store.ts';
import { closeOpenTries } from '../ledger-store.ts';
import type { ApprovalRow } from '../mappings/approval.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { Tx } from '../record.ts';
import { decideTask } from '../standing/stand-task.ts';
import type { World } from '../standing/world.ts';
import { loadTaskFacts, lockTask } from '../task-store.ts';
import { keepToolAnswer } from './answer-tool.ts';
import { askForCall, type AskedTool, askWhatHappened, type ToolRequest } from './ask-approval.ts';
import { type CallAddress, isClaimable, refuse, type Reserve } from './claim-call.ts';
import { judgeCall } from './judge-call.ts';
import { openPaidTry } from './open-paid-try.ts';
import { runMethodOf, runRecordTool, type ToolWork } from './run-tool.ts';
import { emitToolCalled, type ToolSaid } from './tool-called.ts';
import type { OutsideToolInReach, ToolInReach } from './tool-in-reach.ts';
import { type ClaimedSearch, type PaidSearch, whoSearches } from './who-searches.ts';

export interface ClaimedTool {
  key: string;
  try: number;
  tool: OutsideToolInReach;
  effect: ToolCard['effect'];
  args: Record<string, unknown>;
  /** A model provider makes the search that this call is. */
  search?: ClaimedSearch;
  /** A search service makes it. */
  service?: SearchServiceName;
}

export type ToolClaim = { claimed: ClaimedTool } | { over: Standing };

export async function claimTool(
  tx: Tx,
  { taskId, key }: CallAddress,
  { world, reserve }: { world: World; reserve: Reserve },
): Promise<ToolClaim> {
  const task = await lockTask(tx, taskId);
  const effect = await loadEffect(tx, key);
  if (!effect || !isClaimable(task, effect)) return { over: await refuse(tx, { task, effect }, world) };
  if (effect.status === 'claimed') await closeOpenTries(tx, key);
  const startedAt = performance.now();
  const begun = await begin({ tx, task, effect, world, reserve });
  if ('claimed' in begun) return begun;
  emitToolCalled(tx, task, {
    effect,
    card: begun.card ?? null,
    outcome: begun.said,
    ms: performance.now() - startedAt,
  });
  return { over: await decideTask(tx, task, world, true) };
}

interface Claiming extends ToolWork {
  tx: Tx;
  world: World;
  reserve: Reserve;
}

type Begun = { claimed: ClaimedTool } | { said: ToolSaid; card?: Pick<ToolCard, 'risk' | 'effect'> };

async function begin(claiming: Claiming): Promise<Begun> {
  const { tx, task, effect, world } = claiming;
  if (isMethod(effect)) return { said: await runMethodOf(tx, claiming) };
  const { current, outages } = await loadTaskFacts(tx, task);
  const agent = current?.agent ?? null;
  const approval = effect.waits === null ? null : await findCallApproval(tx, effect.key);
  const written = { name: effect.purpose, arguments: writtenArguments(effect, approval) };
  const allowed = agent && toolsInTask(agent.spec.tools, task);
  const read = readToolCall<ToolInReach>(world.tools, written, allowed);
  if ('problem' in read) return answer(claiming, { text: read.problem, said: 'failed' });
  const { tool, args } = read;
  const card = tool.place === 'outside' ? { ...tool, ...tool.judge?.(args) } : tool;
  const facts = await loadPolicyFacts(tx, task);
  const call: Call = {
    tool,
    args,
    card,
    approval,
    facts,
    destination: tool.place === 'outside' ? (tool.destination?.(args) ?? null) : null,
    agent: agent && { id: agent.id, name: agent.name },
    policy: agent?.spec.modelPolicy ?? null,
    outages,
  };
  const { destination } = call;
  const decided = judgeCall({ task, agent, facts, tool: card, args, destination });
  if (decided.decision === 'refuse') return answer(claiming, { text: decided.reason, said: 'refused', card });
  if (decided.decision === 'ask' && !isGranted(call, effect)) {
    const asked = askedOf(call);
    const nobody = await askForCall(tx, claiming, { asked, ask: decided.ask, now: world.now });
    return nobody === null
      ? { said: 'waits', card }
      : answer(claiming, { text: nobody, said: 'refused', card });
  }
  return carryOut(claiming, call);
}

interface Call {
  tool: ToolInReach;
  args: Record<string, unknown>;
  /** With the risk and effect of these very arguments. */
  card: Pick<ToolCard, 'name' | 'risk' | 'effect'>;
  approval: ApprovalRow | null;
  facts: PolicyFacts;
  destination: string | null;
  agent: AskedTool['agent'];
  policy: AgentSpec['modelPolicy'] | null;
  outages: readonly ModelOutage[];
}

/** What a person made of the arguments counts, else what the model wrote. */
function writtenArguments({ input }: EffectRow, approval: ApprovalRow | null): string {
  if (approval?.status === 'approved' && approval.editedArguments)
    return JSON.stringify(approval.editedArguments);
  return typeof input.arguments === 'string' ? input.arguments : '';
}

function askedOf({ card, args, destination, agent, facts }: Call): AskedTool {
  return { tool: card, args, destination, agent, startedBy: facts.startedBy };
}

/** Approved, not spent (unless by an earlier claim of this very call, which was lost or sent back), and for exactly this. */
function isGranted({ approval, card, args, destination }: Call, effect: EffectRow): boolean {
  if (approval?.status !== 'approved') return false;
  const { kind } = approval;
  if (approval.spentAt !== null && effect.claimedAt === null) return false;
  const hash = hashOfCall({ kind, effectKey: effect.key, tool: card.name, destination, args });
  return hash === (approval.editedHash ?? approval.hash);
}

async function carryOut(claiming: Claiming, call: Call): Promise<Begun> {
  const { tx, effect } = claiming;
  const { tool, args, card, approval } = call;
  const { risk, effect: effectKind } = card;
  const edited = approval?.kind === 'tool' && approval.editedArguments !== null;
  if (tool.place === 'record') {
    if (approval?.status === 'approved') await spendApprovals(tx, [approval.id]);
    return { said: await runRecordTool(tx, claiming, { tool, args, edited }), card };
  }
  const mayRepeat = effectKind !== 'at_most_once' || (approval?.kind === 'uncertain' && !approval.spentAt);
  if (effect.tries > 0 && !mayRepeat) {
    const why = 'It was under way when its worker was lost.';
    await askWhatHappened(tx, claiming, { asked: askedOf(call), why });
    return { said: 'lost', card };
  }
  const { paid, service, nobody } = await whoSearches(tx, call, claiming);
  if (nobody !== undefined) return answer(claiming, { text: nobody, said: 'failed', card });
  const search = paid?.request ?? (effect.request as ToolRequest | null)?.search;
  const request: ToolRequest = {
    tool: tool.name,
    args,
    destination: call.destination,
    risk,
    effect: effectKind,
    agent: call.agent,
    startedBy: call.facts.startedBy,
    edited,
    ...(search ? { search } : {}),
    ...(service ? { service } : {}),
  };
  // A call that is parked keeps its person's yes for when there is room.
  const tryNumber = paid
    ? await openPaidTry(tx, claiming, { request, at: paid.request, worst: paid.worst, kind: 'search' })
    : await claimFree(claiming, request);
  if (tryNumber === null) return { said: 'waits', card };
  if (approval?.status === 'approved') await spendApprovals(tx, [approval.id]);
  const by = paid ? { search: claimedSearch(effect, paid) } : service ? { service: service.name } : {};
  return { claimed: { key: effect.key, try: tryNumber, tool, effect: effectKind, args, ...by } };
}

async function claimFree({ tx, effect }: Claiming, request: ToolRequest): Promise<number> {
  await claimEffect(tx, effect.key, request);
  return effect.tries + 1;
}

function claimedSearch({ id: callId }: EffectRow, { request, worst, account }: PaidSearch): ClaimedSearch {
  return { callId, request, account, price: worst.price, tokens: worst.tokens ?? 0 };
}

async function answer(
  { tx, task, effect }: Claiming,
  { text, said, card }: { text: string; said: ToolSaid; card?: Pick<ToolCard, 'risk' | 'effect'> },
): Promise<Begun> {
  const code = said === 'refused' ? { code: 'tool_refused' as const } : {};
  await keepToolAnswer(tx, task, { effect, answer: { text, isError: true, ...code } });
  return { said, ...(card ? { card } : {}) };
}
