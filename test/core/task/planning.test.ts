import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkPlan } from '../../../src/core/task/check-plan.ts';
import { nextTaskMove } from '../../../src/core/task/next-move.ts';
import { maxRejections } from '../../../src/core/task/planning.ts';
import type { PlanFacts, TaskSnapshot } from '../../../src/core/task/snapshot.ts';
import { readVerdict } from '../../../src/core/task/verdict.ts';
import { WorkflowDefinition } from '../../../src/contracts/workflow.ts';
import { effect, reply, said, scorer, working } from './snapshots.ts';

const chief = { role: 'chief_of_staff' } as const;
const team = {
  agents: [{ id: 'agt_2', name: 'Bo', role: 'master_operator' as const, capabilities: [], instructions: '' }],
  tools: ['read_file'],
  workflows: [],
};
const good = {
  name: 'Plan',
  steps: [{ id: 'write', kind: 'agent', with: { goal: 'Write it.', requires: [] } }],
};
const plan = (changes: Partial<PlanFacts>): PlanFacts => {
  const none = { name: 'Plan', decidedBy: null, note: null };
  return { n: 1, kind: 'first', status: 'proposed', origin: 'model', reason: '', ...none, ...changes };
};
const written = said(JSON.stringify(good), { purpose: 'plan' });

function move(changes: Partial<Omit<TaskSnapshot, 'task'>> & { task?: object }) {
  return nextTaskMove(working({ team, ...changes, task: { ...chief, ...changes.task } }));
}

describe('a plan that a person must accept', () => {
  const person = { planAcceptance: 'person' } as const;

  test('is proposed, waits, and is carried out when it was accepted', () => {
    expect(move({ task: person, effects: [written] })).toMatchObject({
      move: 'proposePlan',
      accepted: false,
    });
    expect(move({ task: person, effects: [written], plan: plan({}) })).toMatchObject({
      move: 'wait',
      for: 'approval',
    });
    expect(move({ task: person, effects: [written], plan: plan({ status: 'accepted' }) })).toEqual({
      move: 'carryOut',
    });
  });

  test('is written again with the reason when it was rejected, on another attempt too', () => {
    const rejected = plan({ status: 'rejected', note: 'Too long.' });
    const again = { purpose: 'plan', input: { rejected: 1, repair: expect.stringContaining('Too long.') } };
    expect(move({ task: person, effects: [written], plan: rejected })).toMatchObject({
      move: 'call',
      effects: [again],
    });
    expect(move({ task: person, effects: [], plan: rejected })).toMatchObject({
      move: 'call',
      effects: [again],
    });
    const answer = said(JSON.stringify(good), { purpose: 'plan', turn: 2, input: { rejected: 1 } });
    expect(move({ task: person, effects: [written, answer], plan: rejected })).toMatchObject({
      move: 'proposePlan',
    });
  });

  test('is written again when its Chief of Staff took it back, which is no rejection', () => {
    const withdrawn = plan({ status: 'withdrawn', note: 'No flights.' });
    const heard = said('I write it again.', { purpose: 'hear', turn: 2 });
    const input = { withdrawn: 1, repair: expect.stringContaining('No flights.') };
    for (const effects of [[written, heard], []])
      expect(move({ task: person, effects, plan: withdrawn })).toMatchObject({
        move: 'call',
        effects: [{ purpose: 'plan', input }],
      });
    const bad = said('{}', { purpose: 'plan', turn: 3, input: { withdrawn: 1 } });
    expect(move({ task: person, effects: [written, heard, bad], plan: withdrawn })).toMatchObject({
      move: 'rejectPlan',
    });
    const answer = said(JSON.stringify(good), { purpose: 'plan', turn: 4 });
    expect(move({ task: person, effects: [written, heard, bad, answer], plan: withdrawn })).toMatchObject({
      move: 'proposePlan',
      accepted: false,
    });
  });

  test('is not written for ever', () => {
    const effects = Array.from({ length: maxRejections }, (_, i) =>
      said('{}', { purpose: 'plan', turn: i + 1, input: { rejected: i + 1 } }),
    );
    const last = plan({ n: maxRejections + 1, status: 'rejected', note: 'No.' });
    expect(move({ task: person, effects, plan: last })).toMatchObject({
      move: 'fail',
      error: { code: 'plan_rejected' },
    });
  });

  test('waits for a model when a template was rejected and no model can plan', () => {
    const effects = [
      effect({ purpose: 'choose_template', outcome: { workflowId: 'wfl_1', name: '', reason: 'Fits.' } }),
    ];
    const rejected = plan({ status: 'rejected', origin: 'template' });
    expect(move({ models: [scorer], effects, plan: rejected })).toMatchObject({ move: 'wait', for: 'model' });
  });
});

describe('before it plans', () => {
  test('a Chief of Staff may use its tools, and goes on with the same question', () => {
    const asks = effect({
      purpose: 'plan',
      outcome: reply('', {
        toolCalls: [{ id: 'a', name: 'ask_person', arguments: '{"question":"Which year?"}' }],
      }),
    });
    expect(move({ effects: [asks] })).toMatchObject({
      move: 'call',
      turn: 2,
      effects: [{ kind: 'tool', purpose: 'ask_person' }],
    });
    const answered = effect({ turn: 2, kind: 'tool', purpose: 'ask_person', outcome: { text: '2030' } });
    expect(move({ effects: [asks, answered] })).toEqual({
      move: 'call',
      turn: 3,
      effects: [{ kind: 'model', purpose: 'plan', input: { goesOn: true } }],
    });
  });
});

describe('whatever a model writes for a plan', () => {
  const anyJson = fc.json({ depthSize: 'medium' });
  /** A good plan with one place of it replaced by anything. */
  const mutated = fc
    .tuple(
      fc.constantFrom(
        'name',
        'steps',
        'output',
        'inputs',
        'description',
        'id',
        'kind',
        'with',
        'dependsOn',
        'if',
        'forEach',
        'retry',
        'timeout',
        'onError',
        'goal',
        'requires',
        'agentId',
        'files',
        'outputSchema',
        'budget',
        'method',
      ),
      fc.jsonValue(),
    )
    .map(([place, value]) =>
      JSON.stringify(good).includes(`"${place}"`) ? put(good, place, value) : add(place, value),
    );
  const loud = fc.string({ unit: 'binary' });
  const world = { team, files: [], maxSteps: 50 };

  test('is a plan that may run, or a list of problems: nothing is thrown', () => {
    fc.assert(
      fc.property(fc.oneof(anyJson, mutated, loud, fc.string()), (text) => {
        const { definition, problems } = checkPlan(text, world);
        expect(definition === null).toBe(problems.length > 0);
        if (definition) expect(WorkflowDefinition.safeParse(definition).success).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  test('is a plan that may run, or a list of problems, as the rest of another plan too', () => {
    const rows = [{ key: 'write', stepId: 'write', status: 'completed' as const, attempts: 1, error: null }];
    const underWay = { definition: WorkflowDefinition.parse(good), rows };
    fc.assert(
      fc.property(fc.oneof(anyJson, mutated, loud), (text) => {
        const { definition } = checkPlan(text, world, underWay);
        if (definition) expect(definition.steps[0]).toEqual(underWay.definition.steps[0]);
      }),
      { numRuns: 1000 },
    );
  });

  test('leads to a plan, another try or a typed failure', () => {
    fc.assert(
      fc.property(fc.oneof(anyJson, mutated, loud), fc.integer({ min: 1, max: 3 }), (text, tries) => {
        const effects = Array.from({ length: tries }, (_, i) => said(text, { purpose: 'plan', turn: i + 1 }));
        expect(['proposePlan', 'rejectPlan', 'fail']).toContain(move({ effects }).move);
      }),
      { numRuns: 500 },
    );
  });

  test('cannot hold text that the record cannot store', () => {
    const { problems } = checkPlan(JSON.stringify({ ...good, name: 'A\0B' }), world);
    expect(problems).toMatchObject([{ pointer: '/name', code: 'invalid_text' }]);
  });

  test('has no more steps than its writer may have', () => {
    const steps = Array.from({ length: 4 }, (_, i) => ({ ...good.steps[0], id: `s${i}` }));
    expect(checkPlan({ ...good, steps }, { ...world, maxSteps: 3 }).problems).toMatchObject([
      { pointer: '/steps' },
    ]);
  });
});

describe('a verdict', () => {
  const known = new Set(['write']);

  test('names steps that can be done again; everything else is for the text', () => {
    const corrections = [
      { step: 'write', note: 'Wrong sum.' },
      { step: 'nobody', note: 'No source.' },
    ];
    expect(readVerdict(JSON.stringify({ verdict: 'correct', corrections }), known)).toEqual({
      steps: [{ step: 'write', note: 'Wrong sum.' }],
      notes: ['No source.'],
    });
  });

  test('that makes no sense is no verdict', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (text) => {
        const verdict = readVerdict(text, known);
        expect(verdict === null || verdict.steps.length + verdict.notes.length > 0).toBe(true);
      }),
    );
    expect(readVerdict('{"verdict":"correct","corrections":[{"step":"write"},7,null]}', known)).toBeNull();
    expect(readVerdict('{"verdict":"ok","corrections":[{"step":"write","note":"x"}]}', known)).toBeNull();
  });
});

/** Only there: the value itself may have something at a place of that name. */
function put(root: unknown, place: string, value: unknown): string {
  const hole = '<the value>';
  const text = JSON.stringify(root, (key, inner: unknown) => (key === place ? hole : inner));
  return text.replaceAll(JSON.stringify(hole), () => JSON.stringify(value));
}

function add(place: string, value: unknown): string {
  return JSON.stringify({ ...good, steps: [{ ...good.steps[0], [place]: value }] });
}
