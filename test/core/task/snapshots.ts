import { AgentSpec } from '../../../src/contracts/agent.ts';
import type { ModelCandidate } from '../../../src/core/route-model.ts';
import type {
  CurrentAttempt,
  EffectFacts,
  ReplyOutcome,
  TaskFacts,
  TaskSnapshot,
} from '../../../src/core/task/snapshot.ts';

/** Snapshots with nothing left to guess, for sentences about one rule. */
export const planner: ModelCandidate = {
  provider: 'cloud',
  id: 'big',
  aliases: [],
  fit: ['plan', 'json', 'write', 'tools'],
  contextTokens: 100_000,
};
export const writer: ModelCandidate = {
  provider: 'local',
  id: 'middle',
  aliases: [],
  fit: ['write'],
  contextTokens: 8000,
};
export const scorer: ModelCandidate = {
  provider: 'local',
  id: 'small',
  aliases: [],
  fit: ['score'],
  contextTokens: 2000,
};

export function task(changes: Partial<TaskFacts> = {}): TaskFacts {
  return {
    id: 'tsk_1',
    rootId: 'tsk_1',
    role: 'master_operator',
    title: 'Compare offers',
    goal: 'Compare the offers.',
    status: 'pending',
    depth: 0,
    wantedAgentId: null,
    requires: [],
    method: null,
    outputSchema: null,
    context: {},
    attempt: 0,
    agentId: null,
    holdsSlot: false,
    planRunId: null,
    planOrigin: null,
    waitingFor: null,
    waitingDetail: null,
    cancelRequestedAt: null,
    cancelReason: null,
    pausedAt: null,
    ...changes,
  };
}

export function attempt(
  role: TaskFacts['role'] = 'master_operator',
  n = 1,
  limits: { maxTurns?: number } = {},
): CurrentAttempt {
  return { n, agent: { id: 'agt_1', name: 'Ada', spec: AgentSpec.parse({ name: 'Ada', role, limits }) } };
}

export function snapshot(
  changes: Partial<Omit<TaskSnapshot, 'task'>> & { task?: Partial<TaskFacts> } = {},
): TaskSnapshot {
  const { task: facts, ...rest } = changes;
  return {
    current: null,
    failedAttempts: [],
    files: [],
    effects: [],
    planRun: null,
    models: [planner],
    team: null,
    ...rest,
    task: task(facts),
  };
}

/** At work: an agent has it and holds a slot. */
export function working(
  changes: Partial<Omit<TaskSnapshot, 'task'>> & { task?: Partial<TaskFacts> } = {},
): TaskSnapshot {
  const role = changes.task?.role ?? 'master_operator';
  const at = { status: 'in_progress', attempt: 1, agentId: 'agt_1', holdsSlot: true } as const;
  return snapshot({ current: attempt(role), ...changes, task: { ...at, ...changes.task } });
}

export function effect(changes: Partial<EffectFacts> = {}): EffectFacts {
  const turn = changes.turn ?? 1;
  return {
    key: `tsk_1/1/${turn}/1`,
    turn,
    kind: 'model',
    purpose: 'work',
    status: 'settled',
    input: {},
    outcome: null,
    error: null,
    ...changes,
  };
}

export function reply(text: string, rest: Partial<ReplyOutcome> = {}): ReplyOutcome {
  return { text, toolCalls: [], stop: 'end', ...rest };
}

export function said(text: string, changes: Partial<EffectFacts> = {}): EffectFacts {
  return effect({ outcome: reply(text), ...changes });
}
