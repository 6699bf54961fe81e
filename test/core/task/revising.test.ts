import { describe, expect, test } from '@jest/globals';
import { mayCall } from '../../../src/core/policy/may-call.ts';
import { hearingMessage, waitingPlanMessage } from '../../../src/core/prompts/plan.ts';
import { toolsInTask } from '../../../src/core/task/hearing-tools.ts';
import { maxTakenBack, type OpenPlan, whyNoRevision as whyNot } from '../../../src/core/task/revising.ts';

const run: NonNullable<OpenPlan['run']> = { status: 'running', planN: 1, newestN: 1, replan: null };
const chief = { role: 'chief_of_staff' as const, conversationId: null };
const whyNoRevision = (under: OpenPlan['run']) => whyNot({ waits: false, takenBack: 0, run: under });

describe('the rest of a plan', () => {
  test('is changed while it is carried out, three times', () => {
    expect(whyNoRevision(run)).toBeNull();
    expect(whyNoRevision({ ...run, status: 'waiting', replan: { asked: 2, open: null } })).toBeNull();
    expect(whyNoRevision({ ...run, replan: { asked: 3, open: null } })).toContain('3 new plans');
    for (const status of ['completed', 'failed', 'cancelled'] as const)
      expect(whyNoRevision({ ...run, status })).toContain('not being carried out');
  });

  test('is not asked for twice at once', () => {
    expect(whyNoRevision({ ...run, replan: { asked: 1, open: ['ask'] } })).toContain('already');
    expect(whyNoRevision({ ...run, replan: { asked: 1, open: [] } })).toContain('already');
    expect(whyNoRevision({ ...run, newestN: 2 })).toContain('already');
  });

  test('is changed by nobody but the Chief of Staff of the plan, whatever the lists of agents say', () => {
    const mayRevise = (tools: string[], task: Parameters<typeof toolsInTask>[1]) =>
      mayCall(toolsInTask(tools, task), 'revise_plan');
    expect(mayRevise([], chief)).toBe(true);
    expect(mayRevise(['revise_plan'], { ...chief, role: 'master_operator' })).toBe(false);
    expect(mayRevise(['revise_plan'], { ...chief, conversationId: 'cnv_1' })).toBe(false);
    expect(toolsInTask(['recall', 'revise_plan'], { ...chief, conversationId: 'cnv_1' })).toEqual(['recall']);
  });

  test('is spoken of to the model only where it can be changed', () => {
    expect(hearingMessage([], true)).toContain('call revise_plan first');
    expect(hearingMessage([], false)).not.toContain('revise_plan');
    expect(hearingMessage([], false)).toContain('goes on as it is');
  });
});

describe('a plan that waits for a person', () => {
  const waits: OpenPlan = { waits: true, takenBack: 0, run: null };

  test('is taken back when something new is heard, and not for ever', () => {
    expect(whyNot(waits)).toBeNull();
    expect(whyNot({ ...waits, run: { ...run, replan: { asked: 3, open: ['ask'] } } })).toBeNull();
    expect(whyNot({ ...waits, takenBack: maxTakenBack })).toContain('until a person accepts it');
    expect(whyNot({ ...waits, waits: false })).toContain('no plan of yours');
  });

  test('is told to the model by its steps, with the tool where it may use it', () => {
    const plan = {
      name: 'Trip',
      steps: [
        { id: 'fly', title: 'Fly there' },
        { id: 'stay', title: null },
      ],
    };
    const text = waitingPlanMessage(plan, true);
    for (const part of ['“Trip” waits', '1. Fly there', '2. stay', 'call revise_plan first'])
      expect(text).toContain(part);
    expect(waitingPlanMessage(plan, false)).not.toContain('revise_plan');
  });
});
