import { describe, expect, test } from '@jest/globals';
import { mayCall } from '../../../src/core/policy/may-call.ts';
import { hearingMessage } from '../../../src/core/prompts/plan.ts';
import { type RevisedRun, toolsInTask, whyNoRevision } from '../../../src/core/task/revising.ts';

const run: RevisedRun = { status: 'running', planN: 1, newestN: 1, replan: null };
const chief = { role: 'chief_of_staff' as const, planRunId: 'run_1', conversationId: null };

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
    expect(mayRevise(['revise_plan'], { ...chief, planRunId: null })).toBe(false);
    expect(mayRevise(['revise_plan'], { ...chief, conversationId: 'cnv_1' })).toBe(false);
    expect(toolsInTask(['recall'], { ...chief, planRunId: null })).toEqual(['recall']);
  });

  test('is spoken of to the model only where it can be changed', () => {
    expect(hearingMessage([], true)).toContain('call revise_plan first');
    expect(hearingMessage([], false)).not.toContain('revise_plan');
    expect(hearingMessage([], false)).toContain('goes on as it is');
  });
});
