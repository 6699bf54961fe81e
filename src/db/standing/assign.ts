import type { AssignmentRecord } from '../../contracts/assignment.ts';
import {
  assignmentReason,
  type ScoredCandidate,
  scoreAssignment,
  topCandidates,
} from '../../core/task/score-assignment.ts';
import {
  callNextWaiter,
  type CandidateQuery,
  countAgents,
  findCandidates,
  lockAgents,
  takeSlot,
} from '../agent-slots.ts';
import { newId } from '../new-id.ts';
import { updateTask } from '../task-store.ts';
import { type MoveContext, notWaiting, onTask, place } from './move-context.ts';
import { wait } from './wait.ts';
import { failTask } from './end-task.ts';

/**
 * A new attempt with the best agent that has a free slot. Nobody able is an explicit outcome; everybody able being busy means
 * waiting for capacity. Why somebody was chosen is stored with the attempt.
 */
export async function assign(context: MoveContext): Promise<boolean> {
  const { tx, task, snapshot } = context;
  const query: CandidateQuery = {
    role: task.role,
    needs: task.requires,
    wantedAgentId: task.wantedAgentId,
    excluded: task.role === 'chief_of_staff' ? [] : snapshot.failedAttempts.map((attempt) => attempt.agentId),
  };
  const ranked = scoreAssignment(await findCandidates(tx, query), task.requires);
  if (ranked.length === 0) return nobodyAble(context, query);
  if (await takeBest(context, ranked)) return true;
  await lockAgents(
    tx,
    ranked.map((candidate) => candidate.agentId),
  );
  if (await takeBest(context, ranked)) return true;
  const names = ranked.slice(0, 3).map((candidate) => candidate.name);
  const detail = `All who can do it are busy: ${names.join(', ')}${ranked.length > 3 ? ` and ${ranked.length - 3} more` : ''}`;
  return wait(
    context,
    { move: 'wait', for: 'capacity', detail },
    ranked.map((candidate) => candidate.agentId),
  );
}

async function takeBest(context: MoveContext, ranked: ScoredCandidate[]): Promise<boolean> {
  const { tx, task } = context;
  for (const [place, candidate] of ranked.entries()) {
    const taken = await takeSlot(tx, candidate.agentId);
    if (!taken) continue;
    const record: AssignmentRecord = {
      agentId: candidate.agentId,
      reason: assignmentReason(candidate, { needs: task.requires, skippedFull: place }),
      candidates: ranked.slice(0, topCandidates),
      filteredOut: [
        {
          reason: 'required capabilities, paused or excluded',
          count: (await countAgents(tx, task.role)) - ranked.length,
        },
      ],
    };
    await beginAttempt(context, {
      ...record,
      agentId: candidate.agentId,
      name: candidate.name,
      score: candidate.score,
      revision: taken.revision,
    });
    return true;
  }
  return false;
}

interface Chosen extends AssignmentRecord {
  agentId: string;
  name: string;
  score: number;
  revision: number;
}

async function beginAttempt(
  context: MoveContext,
  { name, score, revision, ...record }: Chosen,
): Promise<void> {
  const { tx, task } = context;
  const n = task.attempt + 1;
  await tx.sql(
    `INSERT INTO attempts (id, workspace_id, task_id, n, agent_id, agent_revision, status, assignment, started_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, now())`,
    [newId('attempt'), tx.workspaceId, task.id, n, record.agentId, revision, JSON.stringify(record)],
  );
  const waited = task.waitingFor === 'capacity';
  await updateTask(tx, task, {
    status: 'assigned',
    agentId: record.agentId,
    attempt: n,
    holdsSlot: true,
    ...notWaiting,
  });
  tx.emit(
    onTask(task, 'task.assigned', {
      agentId: record.agentId,
      agentName: name,
      attempt: n,
      reason: record.reason,
      score,
    }),
    place(context),
  );
  if (waited) await callNextWaiter(tx);
}

async function nobodyAble(context: MoveContext, query: CandidateQuery): Promise<boolean> {
  const { snapshot } = context;
  const last = snapshot.failedAttempts.at(-1);
  if (last) {
    const why = last.error?.message ?? 'The attempt failed.';
    return failTask(context, {
      code: last.error?.code ?? 'step_failed',
      message: `${why} No other agent is able to take it over.`,
    });
  }
  const needs = query.needs.map((need) => `${need.name} at level ${need.level}`).join(', ');
  const who = query.role === 'chief_of_staff' ? 'Chief of Staff' : 'Master Operator';
  const missing = needs ? ` with ${needs}` : '';
  return failTask(context, {
    code: 'no_capable_agent',
    message: `There is no active ${who}${missing}. Create such an agent, then give the task again.`,
  });
}
