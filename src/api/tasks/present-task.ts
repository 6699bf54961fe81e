import { noCost } from '../../contracts/cost.ts';
import type { WaitingFor } from '../../contracts/status.ts';
import { type AgentRef, type Attempt, type Task, priorities } from '../../contracts/task.ts';
import type { Waiting } from '../../contracts/waiting.ts';
import { costOf } from '../../db/cost-reads.ts';
import { attemptOf } from '../../db/wait-reads.ts';
import type { ListedAttempt, ListedTask, TaskParts } from '../../db/task-reads.ts';
import { presentPurse } from '../budgets/present-budget.ts';
import { type TemporalPlace, temporalLink } from '../temporal-link.ts';

export function presentTask(row: ListedTask, parts: TaskParts, temporal: TemporalPlace): Task {
  const purse = parts.budgets.get(row.rootId);
  return {
    id: row.id,
    parentId: row.parentId,
    rootId: row.rootId,
    runId: row.runId,
    stepKey: row.stepKey,
    title: row.title,
    goal: row.goal,
    status: row.status,
    waiting: row.status === 'waiting' ? presentWaiting(row) : null,
    held: parts.held.get(row.id) ?? null,
    guard: row.guardTripped,
    priority: priorities[row.priority] ?? 'medium',
    depth: row.depth,
    role: row.role,
    agent: agentRef(row),
    attempt: row.attempt,
    attempts: (parts.attempts.get(row.id) ?? []).map((each) => presentAttempt(each, parts)),
    files: (parts.files.get(row.id) ?? []).map(({ id, name, status }) => ({ id, name, status })),
    result: row.result,
    rating: row.rating === null ? null : { rating: row.rating, note: row.ratingNote },
    deadline: timeOrNull(row.deadline),
    error: row.error,
    cost: parts.own.get(row.id) ?? noCost,
    treeCost: parts.tree.get(row.id) ?? noCost,
    budget: purse ? presentPurse(purse) : null,
    forecast: row.forecast,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    startedAt: timeOrNull(row.startedAt),
    endedAt: timeOrNull(row.endedAt),
    waitedMs: parts.waited.get(row.id) ?? 0,
    temporal: temporalLink(temporal, `task/${row.id}`, row.temporalStartedAt),
  };
}

function presentAttempt(row: ListedAttempt, { waited }: TaskParts): Attempt {
  return {
    n: row.n,
    agent: { id: row.agentId, name: row.agentName, role: row.agentRole },
    agentRevision: row.agentRevision,
    why: row.why,
    status: row.status,
    error: row.error,
    cost: costOf(row),
    startedAt: row.startedAt.toISOString(),
    endedAt: timeOrNull(row.endedAt),
    waitedMs: waited.get(attemptOf(row)) ?? 0,
  };
}

function agentRef({ agentId, agentName, agentRole }: ListedTask): AgentRef | null {
  return agentId === null ? null : { id: agentId, name: agentName ?? '', role: agentRole ?? '' };
}

interface WaitingRow {
  waitingFor: WaitingFor | null;
  waitingDetail: string | null;
  waitingSince: Date | null;
}

export function presentWaiting({ waitingFor, waitingDetail, waitingSince }: WaitingRow): Waiting | null {
  if (waitingFor === null) return null;
  return { for: waitingFor, detail: waitingDetail ?? '', since: (waitingSince ?? new Date(0)).toISOString() };
}

export function timeOrNull(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
