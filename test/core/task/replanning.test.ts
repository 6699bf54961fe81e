import { describe, expect, test } from '@jest/globals';
import { WorkflowDefinition } from '../../../src/contracts/workflow.ts';
import { nextTaskMove } from '../../../src/core/task/next-move.ts';
import type { PlanFacts, TaskSnapshot } from '../../../src/core/task/snapshot.ts';
import { effect, said, scorer, snapshot, working } from './snapshots.ts';

const definition = WorkflowDefinition.parse({
  name: 'Plan',
  steps: ['read', 'ask'].map((id) => ({ id, kind: 'agent', with: { goal: id, requires: [] } })),
});
const rows = [
  { key: 'read', stepId: 'read', status: 'completed' as const, attempts: 1, error: null },
  { key: 'ask', stepId: 'ask', status: 'failed' as const, attempts: 1, error: null },
];
const agents = [
  { id: 'agt_2', name: 'Bo', role: 'master_operator' as const, capabilities: [], instructions: '' },
];
const team = { agents, tools: [], workflows: [] };
const first: PlanFacts = {
  n: 1,
  kind: 'first',
  status: 'accepted',
  origin: 'model',
  reason: '',
  name: null,
  decidedBy: null,
  note: null,
};
const run = (open: string[] | null, asked = 1, news: string | null = null) => {
  return {
    id: 'run_1',
    status: 'waiting' as const,
    output: null,
    error: null,
    planN: 1,
    replan: { asked, open, news },
  };
};
const rest = JSON.stringify({
  name: 'Rest',
  steps: [{ id: 'guess', kind: 'agent', with: { goal: 'Guess.', requires: [] } }],
});
const task = { role: 'chief_of_staff', planRunId: 'run_1', planOrigin: 'model' } as const;
const answer = (text: string, turn = 2) =>
  said(text, { purpose: 'replan', turn, input: turn === 2 ? { ask: 1 } : {} });

function move(changes: Partial<Omit<TaskSnapshot, 'task'>>) {
  const given = { team, underWay: { definition, rows }, plan: first, planRun: run(['ask']), ...changes };
  return nextTaskMove(working({ ...given, task }));
}

describe('a run that asks for a new plan', () => {
  test('gets a new rest that keeps what has completed', () => {
    expect(move({})).toMatchObject({ move: 'call', effects: [{ purpose: 'replan', input: { ask: 1 } }] });
    expect(move({ effects: [answer(rest)] })).toMatchObject({
      move: 'proposePlan',
      kind: 'revision',
      accepted: true,
      changes: { added: ['guess'], removed: ['ask'], kept: ['read'] },
    });
  });

  test('is not answered twice, and a new question is a new one', () => {
    const given = { ...first, n: 2, kind: 'revision' as const };
    expect(move({ effects: [answer(rest)], plan: given })).toMatchObject({ move: 'wait', for: 'children' });
    const again = { ...run(['guess'], 2), planN: 2 };
    expect(move({ effects: [answer(rest)], plan: given, planRun: again })).toMatchObject({
      move: 'call',
      effects: [{ input: { ask: 2 } }],
    });
  });

  test('gets another one where its Chief of Staff took back what waited for a person', () => {
    const withdrawn = { ...first, n: 2, kind: 'revision', status: 'withdrawn', note: 'No flights.' } as const;
    expect(move({ effects: [answer(rest)], plan: withdrawn })).toMatchObject({
      move: 'call',
      effects: [{ purpose: 'replan', input: { ask: 1, withdrawn: 2 } }],
    });
    const again = said(rest, { purpose: 'replan', turn: 3, input: { ask: 1, withdrawn: 2 } });
    expect(move({ effects: [answer(rest), again], plan: withdrawn })).toMatchObject({
      move: 'proposePlan',
      kind: 'revision',
    });
  });

  test('is told when there is none: no model, no sense, a refusal', () => {
    expect(move({ models: [scorer] })).toMatchObject({ move: 'declinePlan' });
    const nonsense = [answer('?'), answer('?', 3), answer('?', 4)];
    expect(move({ effects: nonsense.slice(0, 2) })).toMatchObject({
      move: 'rejectPlan',
      then: { purpose: 'replan' },
    });
    expect(move({ effects: nonsense })).toMatchObject({ move: 'declinePlan' });
    const refused = effect({
      purpose: 'replan',
      input: { ask: 1 },
      outcome: { text: '', toolCalls: [], stop: 'refused' },
    });
    expect(move({ effects: [refused] })).toMatchObject({ move: 'declinePlan' });
  });

  test('because of something new, says what that is; a wish that the run has not taken up is no answer', () => {
    const planRun = run([], 1, 'They are bankrupt.');
    expect(move({ planRun })).toMatchObject({
      move: 'call',
      effects: [{ purpose: 'replan', input: { ask: 1, news: 'They are bankrupt.' } }],
    });
    expect(move({ planRun, effects: [answer(rest)] })).toMatchObject({
      move: 'proposePlan',
      kind: 'revision',
      reason: expect.stringContaining('They are bankrupt.'),
    });
    const wanted = { ...first, n: 2, kind: 'revision' as const, status: 'wanted' as const };
    expect(move({ plan: wanted, planRun: run(null, 0) })).toMatchObject({ move: 'wait', for: 'children' });
    expect(move({ plan: wanted })).toMatchObject({ move: 'call', effects: [{ input: { ask: 1 } }] });
    const completed = { ...run(null, 0), status: 'completed' as const };
    expect(move({ plan: wanted, planRun: completed })).toMatchObject({ move: 'wait', for: 'children' });
  });

  test('that ends meanwhile waits for nobody: the new plan is void', () => {
    for (const status of ['proposed', 'rejected', 'withdrawn', 'accepted'] as const) {
      const plan = { ...first, n: 2, kind: 'revision' as const, status };
      const error = { code: 'step_failed', message: 'Step "pay" failed.' };
      const failed = { ...run(['ask']), status: 'failed' as const, error };
      expect(move({ plan, planRun: failed, effects: [answer(rest)] })).toEqual({ move: 'fail', error });
      const cancelled = { ...run(['ask']), status: 'cancelled' as const };
      expect(move({ plan, planRun: cancelled })).toMatchObject({
        move: 'fail',
        error: { code: 'cancelled' },
      });
    }
    // A person had the run retried, and it did without the new plan.
    for (const status of ['proposed', 'rejected'] as const) {
      const plan = { ...first, n: 2, kind: 'revision' as const, status };
      const completed = { ...run(null, 0), status: 'completed' as const };
      expect(move({ plan, planRun: completed })).toMatchObject({
        move: 'call',
        effects: [{ purpose: 'synthesis' }],
      });
    }
  });

  test('is not left alone when nobody takes its Chief of Staff’s task over any more', () => {
    const failedAttempts = [1, 2, 3].map(() => ({
      agentId: 'agt_1',
      error: { code: 'model_failed', message: 'No.' },
    }));
    const alone = { plan: first, failedAttempts, task: { ...task, status: 'assigned' as const, attempt: 3 } };
    expect(nextTaskMove(snapshot({ ...alone, planRun: run(['ask']) }))).toMatchObject({
      move: 'declinePlan',
    });
    expect(nextTaskMove(snapshot({ ...alone, planRun: run(null) }))).toMatchObject({
      move: 'wait',
      for: 'children',
    });
    const over = { ...run(null), status: 'failed' as const };
    expect(nextTaskMove(snapshot({ ...alone, planRun: over }))).toMatchObject({ move: 'fail' });
  });
});
