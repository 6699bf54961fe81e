import type { AssignmentRecord, CapacityNeed } from '../../contracts/assignment.ts';
import { priorities } from '../../contracts/task.ts';
import { assignmentReason, rounded, type ScoredCandidate } from '../../core/task/score-assignment.ts';
import { notWanted } from '../../core/task/why-chosen.ts';
import { takeBest } from '../assignment/assign-statement.ts';
import type { AssignmentAnswer, Filtered, Taken } from '../assignment/assignment-answer.ts';
import { shutGate } from '../assignment/agent-gate.ts';
import { allEnded } from '../connection.ts';
import { callNextWaiter } from '../assignment/capacity-waiters.ts';
import { queueUnlessFree } from '../assignment/queue-unless-free.ts';
import { newId } from '../new-id.ts';
import { whoIsMissing } from '../assignment/nobody-able.ts';
import { asChanged, updateTask, updateTaskLater } from '../task-store.ts';
import { failTask } from './end-task.ts';
import { type MoveContext, notWaiting, place } from './move-context.ts';
import { onTask } from './on-task.ts';
import { wait } from './wait.ts';

/**
 * A new attempt with the best agent that has a free slot. When everybody able is busy, or nobody is able, the task waits for capacity and
 * says so. Why somebody was chosen is stored with the attempt. In passing it neither waits for agents whom others hold nor stands in the queue.
 */
export async function assign(context: MoveContext): Promise<boolean | null> {
  const { tx, task, snapshot, world } = context;
  const need = needOf(context);
  const mayProbe = snapshot.failedAttempts.length === 0 && task.priority < priorities.indexOf('urgent');
  const query = { need, place: task, now: world.now, mayProbe };
  const first = await takeBest(tx, query, 'passed over');
  if (first.taken) return begin(context, first.taken, first);
  if (context.inPassing) return null;
  const last = snapshot.failedAttempts.at(-1);
  if (last && first.able + first.filtered.failing + first.filtered.paused === 0) {
    const why = last.error?.message ?? 'The attempt failed.';
    const message = `${why} No other agent is able to take it over.`;
    return failTask(context, { code: last.error?.code ?? 'step_failed', message });
  }
  if (!first.vacant && !tx.stepwise) {
    queueUnlessFree(tx, query);
    return standInQueue(context, need, first);
  }
  // Sent together, answered in this order.
  const [, second] = await allEnded([shutGate(tx), takeBest(tx, query, 'waited for')]);
  return second.taken ? begin(context, second.taken, second) : standInQueue(context, need, second);
}

/** In one order, so that the same said in another stands in the same queue. */
function needOf({ task, snapshot }: MoveContext): CapacityNeed {
  const failed = task.role === 'chief_of_staff' ? [] : snapshot.failedAttempts.map(({ agentId }) => agentId);
  return {
    role: task.role,
    needs: highestOf(task.requires),
    tools: [...new Set(task.tools)].sort(),
    agentId: task.wantedAgentId,
    excluded: [...new Set(failed)].sort(),
    resume: false,
  };
}

/** Of a capability that is named twice the higher level counts. */
function highestOf(needs: CapacityNeed['needs']): CapacityNeed['needs'] {
  const levels = new Map<string, number>();
  for (const { name, level } of needs) levels.set(name, Math.max(level, levels.get(name) ?? 0));
  return [...levels].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, level]) => ({ name, level }));
}

async function begin(context: MoveContext, taken: Taken, answer: AssignmentAnswer): Promise<boolean> {
  const { tx, task, snapshot } = context;
  const chosen = shown({ agentId: taken.id, name: taken.name, ...taken.score });
  const { skipped, probe } = taken;
  const record: AssignmentRecord = {
    agentId: taken.id,
    reason: assignmentReason(chosen, { needs: task.requires, skipped, probe }),
    candidates: answer.top.map(shown),
    filteredOut: leftOut(answer.filtered, task.wantedAgentId !== null),
    ...(probe ? { probe } : {}),
  };
  const n = task.attempt + 1;
  tx.write(
    `INSERT INTO attempts (id, workspace_id, task_id, n, agent_id, agent_revision, status, assignment, started_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, now())`,
    [newId('attempt'), tx.workspaceId, task.id, n, taken.id, taken.revision, JSON.stringify(record)],
  );
  const waited = task.waitingFor === 'capacity';
  const assigned = {
    status: 'assigned',
    agentId: taken.id,
    attempt: n,
    holdsSlot: true,
    ...notWaiting,
  } as const;
  // Its first call is decided at once; only those who stand in the queue must be seen to have left it.
  if (waited) await updateTask(tx, task, assigned);
  else updateTaskLater(task, assigned);
  const agent = { id: taken.id, name: taken.name, spec: taken.spec };
  snapshot.current = asChanged({ n, agent }, task);
  const { reason } = record;
  tx.emit(
    onTask(task, 'task.assigned', {
      agentId: taken.id,
      agentName: taken.name,
      attempt: n,
      reason,
      score: chosen.score,
    }),
    place(context),
  );
  if (waited) await callNextWaiter(tx);
  return true;
}

function shown(candidate: ScoredCandidate): ScoredCandidate {
  const entries = Object.entries(candidate).map(([key, value]) => [
    key,
    typeof value === 'number' ? rounded(value) : value,
  ]);
  return Object.fromEntries(entries) as ScoredCandidate;
}

function leftOut(filtered: Filtered, oneIsWanted: boolean): AssignmentRecord['filteredOut'] {
  const words: [keyof Filtered, string][] = [
    ['incapable', oneIsWanted ? notWanted : 'lack a required capability or its level'],
    ['tools', 'lack a needed tool'],
    ['excluded', 'failed this task before'],
    ['paused', 'paused'],
    ['failing', 'keep failing'],
  ];
  return words.flatMap(([key, reason]) => (filtered[key] > 0 ? [{ reason, count: filtered[key] }] : []));
}

/** Busy, failing or not there at all: it stands in the queue, and who changes that wakes it. */
async function standInQueue(
  context: MoveContext,
  need: CapacityNeed,
  { able, top, filtered, nextProbeAt }: AssignmentAnswer,
): Promise<boolean> {
  const { tx } = context;
  if (able > 0) {
    const names = top.slice(0, 3).map(({ name }) => name);
    const more = able > names.length ? ` and ${able - names.length} more` : '';
    const detail = `All who can do it are busy: ${names.join(', ')}${more}`;
    return wait(context, { move: 'wait', for: 'capacity', detail, until: nextProbeAt }, { need });
  }
  if (filtered.failing > 0) {
    const detail = 'Whoever can do it keeps failing; it is tried again now and then';
    return wait(context, { move: 'wait', for: 'capacity', detail, until: nextProbeAt }, { need });
  }
  const { detail, never } = await whoIsMissing(tx, need);
  if (never) return failTask(context, { code: 'no_capable_agent', message: detail });
  return wait(context, { move: 'wait', for: 'capacity', detail }, { need });
}
