import type { AgentMetrics } from '../../contracts/assignment.ts';
import { fadingSql, successOf } from '../../core/task/score-assignment.ts';
import { lockAgents } from './agent-slots.ts';
import type { AgentCapabilityRow } from '../mappings/agent-capability.ts';
import type { AgentRow } from '../mappings/agent.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';

/** A completed attempt turns out bad, or good after all: as much as is left of it by now moves from one count to the other. */
export async function moveExperience(tx: Tx, task: TaskRow, { to }: { to: 'good' | 'bad' }): Promise<void> {
  if (!task.agentId) return;
  await lockAgents(tx, [task.agentId]);
  const from = to === 'good' ? 'bad' : 'good';
  const [nowSeconds, endedSeconds] = ['extract(epoch FROM now())::float8', '$4::float8'];
  const kept = fadingSql(`${nowSeconds} - c.as_of`);
  const left = fadingSql(`${nowSeconds} - ${endedSeconds}`);
  await tx.sql(
    `UPDATE agent_capabilities c SET ${to} = c.${to} * ${kept} + ${left}, ${from} = greatest(0, c.${from} * ${kept} - ${left}),
       as_of = greatest(c.as_of, ${nowSeconds})
      WHERE c.agent_id = $1 AND c.workspace_id = $2 AND c.name = ANY ($3::text[])`,
    [
      task.agentId,
      tx.workspaceId,
      ['', ...task.requires.map(({ name }) => name)],
      (task.endedAt ?? new Date()).getTime() / 1000,
    ],
  );
}

export async function readMetrics(tx: Tx, agentId: string, now: Date): Promise<AgentMetrics | null> {
  const [agent] = await tx.sql<AgentRow>('SELECT * FROM agents WHERE id = $1 AND workspace_id = $2', [
    agentId,
    tx.workspaceId,
  ]);
  if (!agent) return null;
  const cards = await tx.sql<AgentCapabilityRow>(
    'SELECT * FROM agent_capabilities WHERE agent_id = $1 AND workspace_id = $2 ORDER BY name',
    [agentId, tx.workspaceId],
  );
  const overall = cards.find(({ name }) => name === '');
  const nothing = { good: 0, bad: 0, microUsd: null, ms: null, asOf: 0 };
  return {
    agentId,
    active: agent.active,
    maxConcurrent: agent.maxConcurrent,
    succeeded: agent.succeeded,
    failed: agent.failed,
    overall: figures(overall ?? nothing, now),
    capabilities: cards
      .filter(({ name }) => name !== '')
      .map((card) => ({ name: card.name, level: card.level, ...figures(card, now) })),
    failing: agent.failingSince && {
      since: agent.failingSince.toISOString(),
      inARow: agent.failingStreak,
      nextProbeAt: agent.probeAt?.toISOString() ?? null,
    },
  };
}

type Known = Pick<AgentCapabilityRow, 'good' | 'bad' | 'microUsd' | 'ms' | 'asOf'>;

function figures({ microUsd, ms, ...known }: Known, now: Date): AgentMetrics['overall'] {
  const { success, attempts } = successOf(known, now.getTime() / 1000);
  return {
    success,
    tasks: attempts,
    usd: microUsd === null ? null : microUsd / 1e6,
    seconds: ms === null ? null : ms / 1000,
  };
}
