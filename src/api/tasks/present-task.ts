import { noCost } from '../../contracts/cost.ts';
import { isFinished, type WaitingFor } from '../../contracts/status.ts';
import { type AgentRef, type Attempt, type Task, priorities } from '../../contracts/task.ts';
import type { Waiting } from '../../contracts/waiting.ts';
import { waitedMs } from '../../core/task/waited.ts';
import { heldByPause } from '../../core/task/what-holds.ts';
import { costOf } from '../../db/cost-reads.ts';
import type { ListedAttempt, ListedTask, TaskParts } from '../../db/task-reads.ts';
import { presentPurse } from '../budgets/present-budget.ts';
import { type TemporalPlace, temporalLink } from '../temporal-link.ts';

export function presentTask(row: ListedTask, parts: TaskParts, temporal: TemporalPlace): Task {
  const changes = parts.waits.get(row.id) ?? [];
  const since = row.status === 'waiting' ? row.waitingSince : null;
  const waited = ({ startedAt, endedAt }: Pick<ListedTask, 'startedAt' | 'endedAt'>) =>
    startedAt === null ? 0 : waitedMs({ startedAt, endedAt }, changes, since);
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
    held: heldOf(row, parts),
    guard: row.guardTripped,
    priority: priorities[row.priority] ?? 'medium',
    depth: row.depth,
    role: row.role,
    agent: agentRef(row),
    attempt: row.attempt,
    attempts: (parts.attempts.get(row.id) ?? []).map((each) => presentAttempt(each, waited)),
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
    waitedMs: waited(row),
    temporal: temporalLink(temporal, `task/${row.id}`, row.temporalStartedAt),
  };
}

function presentAttempt(row: ListedAttempt, waited: (span: ListedAttempt) => number): Attempt {
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
    waitedMs: waited(row),
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

/** What it waits for itself, unless that is what is below it. */
function heldOf(row: ListedTask, { held }: TaskParts): Waiting | null {
  if (row.pausedAt && !isFinished(row.status)) return heldByPause(row.pausedAt);
  if (row.status !== 'waiting') return null;
  return row.waitingFor === 'children' ? (held.get(row.id) ?? null) : presentWaiting(row);
}

export function timeOrNull(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
