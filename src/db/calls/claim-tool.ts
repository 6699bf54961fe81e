/**
 * The claim of a tool call: one transaction in which the policy decides, outside the model, over exactly the arguments that will be used.
 *
 * 1. A tool of the record is run and settled in this transaction; nothing of it can be lost.
 * 2. A tool that leaves the process is claimed with what was decided, called by the activity, and settled after (settle-tool).
 * 3. A try that was claimed and never settled was lost. What may be repeated is tried again with the same key; what may not is never
 *    tried again by itself.
 */
import type { Standing } from '../../contracts/corridor.ts';
import type { ToolCard } from '../../contracts/tool-card.ts';
import { decideToolCall } from '../../core/policy/decide-tool-call.ts';
import { readToolCall } from '../../core/policy/read-tool-call.ts';
import { claimEffect, loadEffect } from '../effect-store.ts';
import type { Tx } from '../record.ts';
import { decideTask } from '../standing/stand-task.ts';
import type { World } from '../standing/world.ts';
import { loadTaskFacts, lockTask } from '../task-store.ts';
import { keepToolAnswer } from './answer-tool.ts';
import { type CallAddress, isClaimable, refuse } from './claim-call.ts';
import { runMethodOf, runRecordTool, type ToolWork } from './run-tool.ts';
import { emitToolCalled, type ToolSaid } from './tool-called.ts';
import type { OutsideToolInReach } from './tool-in-reach.ts';

/** What a claim keeps with the effect: what was decided on. */
export interface ToolRequest extends Pick<ToolCard, 'risk' | 'effect'> {
  tool: string;
  args: Record<string, unknown>;
  destination: string | null;
}

export interface ClaimedTool {
  key: string;
  try: number;
  tool: OutsideToolInReach;
  args: Record<string, unknown>;
}

export type ToolClaim = { claimed: ClaimedTool } | { over: Standing };

export async function claimTool(tx: Tx, { taskId, key }: CallAddress, world: World): Promise<ToolClaim> {
  const task = await lockTask(tx, taskId);
  const effect = await loadEffect(tx, key);
  if (!effect || !isClaimable(task, effect)) return { over: await refuse(tx, { task, effect }, world) };
  const work = { task, effect };
  const startedAt = performance.now();
  const begun = await begin(tx, work, world);
  if ('claimed' in begun) return begun;
  emitToolCalled(tx, task, {
    effect,
    card: world.tools.find(({ name }) => name === effect.purpose) ?? null,
    outcome: begun.said,
    ms: performance.now() - startedAt,
  });
  return { over: await decideTask(tx, task, world, true) };
}

type Begun = { claimed: ClaimedTool } | { said: ToolSaid };

async function begin(tx: Tx, work: ToolWork, world: World): Promise<Begun> {
  const { task, effect } = work;
  if (effect.purpose.startsWith('method:')) return { said: await runMethodOf(tx, work) };
  const { current } = await loadTaskFacts(tx, task);
  const agent = current ? { id: current.agent.id, tools: current.agent.spec.tools } : null;
  const written = {
    name: effect.purpose,
    arguments: typeof effect.input.arguments === 'string' ? effect.input.arguments : '',
  };
  const read = readToolCall(world.tools, written, agent?.tools ?? null);
  if ('problem' in read) return answer(tx, work, { text: read.problem, said: 'failed' });
  const { tool, args } = read;
  const destination = tool.place === 'outside' ? (tool.destination?.(args) ?? null) : null;
  const decided = decideToolCall({ tool, args, destination, agent });
  if (decided.decision === 'refuse') return answer(tx, work, { text: decided.reason, said: 'refused' });
  if (tool.place === 'record') return { said: await runRecordTool(tx, work, { tool, args }) };
  if (effect.status === 'claimed' && tool.effect === 'at_most_once')
    return answer(tx, work, { text: notKnown(tool), said: 'lost' });
  const { risk, effect: effectKind } = tool;
  const request: ToolRequest = { tool: tool.name, args, destination, risk, effect: effectKind };
  const tryNumber = await claimEffect(tx, effect.key, request);
  return { claimed: { key: effect.key, try: tryNumber, tool, args } };
}

async function answer(
  tx: Tx,
  { task, effect }: ToolWork,
  { text, said }: { text: string; said: ToolSaid },
): Promise<Begun> {
  await keepToolAnswer(tx, task, { effect, answer: { text, isError: true } });
  return { said };
}

function notKnown({ name }: ToolCard): string {
  return `It is not known whether the call of "${name}" happened: it was under way when its worker was lost. It was not repeated.`;
}
