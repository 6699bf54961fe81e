import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { WorkflowDefinition } from '../../../src/contracts/workflow.ts';
import {
  inReadingOrder,
  keptSteps,
  type RowFacts,
  splicePlan,
} from '../../../src/core/workflow/splice-plan.ts';
import { validateDefinition } from '../../../src/core/workflow/validate-definition.ts';

const plan = (...steps: [id: string, dependsOn?: string[], goal?: string][]) =>
  WorkflowDefinition.parse({
    name: 'Plan',
    steps: steps.map(([id, dependsOn = [], goal = id]) => {
      return { id, kind: 'agent', dependsOn, with: { goal, requires: [] } };
    }),
  });
const row = (stepId: string, status: RowFacts['status'], attempts = 1): RowFacts => {
  return { key: stepId, stepId, status, attempts };
};
const world = {
  agents: [{ id: 'a', capabilities: [] }],
  tools: [],
  workflows: [],
  hasChiefOfStaff: true,
  deciders: 2,
};

describe('a new rest of a plan', () => {
  const old = plan(['read'], ['weigh', ['read']], ['write', ['weigh']], ['check', ['write']]);
  const rows = [
    row('read', 'completed'),
    row('weigh', 'failed'),
    row('write', 'pending', 0),
    row('check', 'pending', 0),
  ];

  test('keeps what has completed or is at work as it stands, and says what became of each step', () => {
    const { definition, changes } = splicePlan(
      old,
      plan(['guess', ['read']], ['write', ['guess'], 'anew']),
      rows,
    );
    expect(changes).toEqual({ added: ['guess', 'write'], removed: ['weigh', 'check'], kept: ['read'] });
    expect(definition.steps.find(({ id }) => id === 'read')).toEqual(old.steps[0]);
  });

  test('cannot change what has begun, not even by its name', () => {
    const atWork = [row('read', 'completed'), row('weigh', 'in_progress')];
    const { definition, changes } = splicePlan(
      old,
      plan(['weigh', [], 'something else'], ['end', ['weigh']]),
      atWork,
    );
    expect(definition.steps.find(({ id }) => id === 'weigh')).toEqual(old.steps[1]);
    expect(changes.kept).toEqual(['read', 'weigh']);
  });

  test('a step between two tries is at work; one whose items failed is not', () => {
    expect([...keptSteps(old, [row('read', 'completed'), row('weigh', 'pending', 1)])].sort()).toEqual([
      'read',
      'weigh',
    ]);
    const items = [row('weigh', 'failed'), { ...row('weigh', 'completed'), key: 'weigh[0]' }];
    expect([...keptSteps(old, [row('read', 'completed'), ...items])]).toEqual(['read']);
  });

  test('is read with what was kept first', () => {
    const spliced = splicePlan(old, plan(['late', ['read']]), rows);
    expect(inReadingOrder(spliced).steps.map(({ id }) => id)).toEqual(['read', 'late']);
  });

  test('is as sound as it was written, whatever has begun meanwhile', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const anyPlan = fc
      .array(fc.nat({ max: 63 }), { minLength: 1, maxLength: 6 })
      .map((needs) =>
        plan(
          ...needs.map((n, i): [string, string[]] => [
            ids[i] ?? '',
            ids.slice(0, i).filter((_, j) => n & (1 << j)),
          ]),
        ),
      );
    const statuses = fc.constantFrom<RowFacts['status']>(
      'completed',
      'in_progress',
      'failed',
      'pending',
      'skipped',
    );
    fc.assert(
      fc.property(
        anyPlan,
        anyPlan,
        fc.array(statuses, { minLength: 6, maxLength: 6 }),
        (before, rest, given) => {
          const at = before.steps.map(({ id }, i) => row(id, given[i] ?? 'pending', 0));
          const { definition, changes } = splicePlan(before, rest, at);
          expect(validateDefinition(definition, world).filter(({ code }) => code !== 'unknown_step')).toEqual(
            [],
          );
          expect([...changes.added, ...changes.kept].sort()).toEqual(
            definition.steps.map(({ id }) => id).sort(),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
