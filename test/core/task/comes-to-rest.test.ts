import { test } from '@jest/globals';
import fc from 'fast-check';
import { nextTaskMove } from '../../../src/core/task/next-move.ts';
import type { EffectFacts, TaskMove, TaskSnapshot } from '../../../src/core/task/snapshot.ts';
import { attempt, effect, planner, reply, scorer, snapshot, writer } from './snapshots.ts';

/** What the record does with a move, as far as decisions see it. Answers whether there is more to decide. */
function apply(state: TaskSnapshot, move: TaskMove, hasSlot: boolean): boolean {
  const { task } = state;
  switch (move.move) {
    case 'assign':
      if (!hasSlot) return false;
      Object.assign(task, {
        status: 'assigned',
        attempt: task.attempt + 1,
        agentId: 'agt_1',
        holdsSlot: true,
        waitingFor: null,
      });
      state.current = attempt(task.role, task.attempt);
      state.effects = [];
      return true;
    case 'resume':
      if (!hasSlot) return false;
      Object.assign(task, { status: 'in_progress', holdsSlot: true, waitingFor: null });
      return true;
    case 'abandon':
      for (const each of state.effects) if (move.keys.includes(each.key)) each.status = 'abandoned';
      return true;
    case 'proposePlan':
    case 'declinePlan':
      state.plan = {
        n: (state.plan?.n ?? 0) + 1,
        kind: move.move === 'proposePlan' ? move.kind : 'revision',
        status: move.move === 'declinePlan' ? 'declined' : move.accepted ? 'accepted' : 'proposed',
        origin: 'model',
        reason: '',
        name: null,
        decidedBy: null,
        note: null,
      };
      return true;
    case 'carryOut':
      state.planRun = {
        id: 'run_1',
        status: 'pending',
        output: null,
        error: null,
        planN: state.plan?.n ?? null,
      };
      return true;
    case 'endAttempt':
      state.failedAttempts = [...state.failedAttempts, { agentId: task.agentId ?? '', error: move.error }];
      Object.assign(task, { status: 'assigned', agentId: null, holdsSlot: false });
      state.current = null;
      return true;
    default:
      return false;
  }
}

const effects = fc.array(
  fc.record({
    turn: fc.integer({ min: 1, max: 4 }),
    kind: fc.constantFrom('model', 'tool'),
    purpose: fc.constantFrom(
      'plan',
      'replan',
      'work',
      'synthesis',
      'judge',
      'choose_template',
      'method:quote',
      'search_files',
    ),
    status: fc.constantFrom('planned', 'claimed', 'settled', 'failed', 'abandoned'),
    outcome: fc.constantFrom(
      reply('text'),
      reply(''),
      reply('x', { stop: 'refused' }),
      reply('', { toolCalls: [{ id: 'a', name: 'b', arguments: '' }] }),
    ),
    input: fc.constantFrom({}, { repair: 'mend it' }),
  }),
  { maxLength: 5 },
);

const states = fc.record({
  role: fc.constantFrom('chief_of_staff', 'master_operator'),
  status: fc.constantFrom(
    'pending',
    'assigned',
    'in_progress',
    'waiting',
    'completed',
    'failed',
    'cancelled',
  ),
  has: fc.record({
    agent: fc.boolean(),
    slot: fc.boolean(),
    cancel: fc.boolean(),
    pause: fc.boolean(),
    schema: fc.boolean(),
    freeSlot: fc.boolean(),
  }),
  effects,
  models: fc.subarray([planner, writer, scorer]),
  failed: fc.integer({ min: 0, max: 4 }),
  file: fc.constantFrom(null, 'processing', 'ready', 'failed'),
  planRun: fc.constantFrom(null, 'running', 'completed', 'failed', 'cancelled'),
  planOrigin: fc.constantFrom(null, 'model', 'template'),
  plan: fc.constantFrom(null, 'proposed', 'accepted', 'rejected', 'declined'),
  asks: fc.boolean(),
  lifted: fc.integer({ min: 0, max: 1 }),
});

function effectOf(given: Partial<EffectFacts>, { n, chief }: { n: number; chief: boolean }): EffectFacts {
  if (given.purpose !== 'choose_template') return effect({ ...given, key: `e${n}` });
  if (!chief) return effect({ ...given, key: `e${n}`, purpose: 'work' });
  return effect({ ...given, key: `e${n}`, outcome: { workflowId: 'wfl_1', name: '', reason: '' } });
}

test('from any state, decision after decision comes to rest, long before the limit of moves', () => {
  fc.assert(
    fc.property(states, (given) => {
      const { has } = given;
      const state = snapshot({
        task: {
          role: given.role as 'master_operator',
          status: given.status as 'pending',
          attempt: given.failed + (has.agent ? 1 : 0),
          agentId: has.agent ? 'agt_1' : null,
          holdsSlot: has.slot,
          cancelRequestedAt: has.cancel ? new Date() : null,
          pausedAt: has.pause ? new Date() : null,
          outputSchema: has.schema ? { type: 'object' } : null,
          planOrigin: given.planOrigin as 'model' | null,
        },
        current: has.agent ? attempt(given.role as 'master_operator') : null,
        effects: given.effects.map((each, n) =>
          effectOf(each as Partial<EffectFacts>, { n, chief: given.role === 'chief_of_staff' }),
        ),
        failedAttempts: Array.from({ length: given.failed }, () => ({ agentId: 'agt_0', error: null })),
        files: given.file ? [{ id: 'fil_1', name: 'a', status: given.file, problem: null }] : [],
        planRun: given.planRun
          ? {
              id: 'run_1',
              status: given.planRun as 'running',
              output: null,
              error: null,
              planN: 1,
              replan: given.asks ? { asked: 1, open: ['b'] } : null,
            }
          : null,
        plan: given.plan
          ? {
              n: given.asks ? 2 : 1,
              kind: 'first',
              status: given.plan as 'accepted',
              origin: 'model',
              reason: '',
              name: 'Plan',
              decidedBy: null,
              note: null,
            }
          : null,
        models: given.models,
      });
      const moves: TaskMove[] = [];
      do {
        moves.push(nextTaskMove(state));
        if (moves.length > 12) throw new Error(`No rest: ${moves.map((move) => move.move).join(', ')}`);
      } while (apply(state, moves.at(-1) as TaskMove, has.freeSlot));
    }),
    { numRuns: 3000 },
  );
});
