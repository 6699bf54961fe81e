import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isFinished } from '../../../src/contracts/status.ts';
import { type Step, WorkflowDefinition } from '../../../src/contracts/workflow.ts';
import { nextSteps } from '../../../src/core/workflow/next-steps.ts';
import { outputsToLoad, rowsToLoad } from '../../../src/core/workflow/outputs-needed.ts';
import { isRunning, type NextSteps, type StepRow } from '../../../src/core/workflow/step-rows.ts';

/** A random step: what it is, what it needs (earlier ones), and how its attempts turn out. */
interface Plan {
  kind: 'agent' | 'set';
  needs: number[];
  join: 'all' | 'any';
  condition: boolean | null;
  items: number | null;
  maxParallel: number;
  onError: 'fail' | 'continue';
  attempts: number;
  failures: number;
}

const planOf = (position: number, onError: fc.Arbitrary<Plan['onError']>): fc.Arbitrary<Plan> =>
  fc.record({
    kind: fc.constantFrom('agent', 'set'),
    needs: position === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(position - 1), { maxLength: 3 }),
    join: fc.constantFrom('all', 'any'),
    condition: fc.constantFrom(null, null, true, false),
    items: fc.constantFrom(null, null, 0, 1, 4),
    maxParallel: fc.integer({ min: 1, max: 3 }),
    onError,
    attempts: fc.integer({ min: 1, max: 3 }),
    failures: fc.constantFrom(0, 0, 0, 1, 2, 9),
  });

const plansOf = (onError: fc.Arbitrary<Plan['onError']>) =>
  fc
    .integer({ min: 1, max: 12 })
    .chain((size) => fc.tuple(...Array.from({ length: size }, (_, position) => planOf(position, onError))));

function definitionOf(plans: Plan[]): WorkflowDefinition {
  const steps = plans.map((plan, position) => ({
    id: `s${position}`,
    kind: plan.kind,
    dependsOn: plan.needs.map((need) => `s${need}`),
    join: plan.join,
    if: plan.condition === null ? null : `inputs.yes == ${plan.condition}`,
    forEach:
      plan.items === null ? null : { items: `inputs.lists[${plan.items}]`, maxParallel: plan.maxParallel },
    retry: { maxAttempts: plan.attempts },
    onError: plan.onError,
    with:
      plan.kind === 'agent'
        ? { goal: plan.needs.map((need) => `\${{ steps.s${need}.status }}`).join(' ') || 'go', requires: [] }
        : { values: { seen: `[${plan.needs.map((need) => `steps.s${need}.status`).join(', ')}]` } },
  }));
  // Without an output of its own, the run's is made of those of its last steps.
  return WorkflowDefinition.parse({ name: 'random', steps, output: plans.length % 2 === 0 ? 'done' : null });
}

const inputs = { yes: true, lists: [[], ['a'], ['a', 'b'], [], ['a', 'b', 'c', 'd']] };
const control = { cancelRequested: false, paused: false };

/** Keeps rows as the record would, and checks the promises on every answer. */
class Run {
  readonly rows = new Map<string, StepRow>();
  readonly definition: WorkflowDefinition;
  readonly plans: Plan[];
  now = 0;

  constructor(plans: Plan[]) {
    this.plans = plans;
    this.definition = definitionOf(plans);
  }

  ask(): NextSteps {
    const question = { definition: this.definition, inputs, now: this.now, control };
    const rows = [...this.rows.values()];
    const answer = nextSteps({ ...question, rows });
    const needed = new Set(outputsToLoad(this.definition, rows));
    const lean = rows
      .toReversed()
      .map((row) => (needed.has(row.stepId) ? row : { ...row, output: undefined }));
    expect(nextSteps({ ...question, rows: lean })).toEqual(answer);
    const keys = new Set(rowsToLoad(this.definition, rows, this.now));
    const leaner = rows.map((row) => (keys.has(row.key) ? row : { ...row, output: undefined }));
    expect(nextSteps({ ...question, rows: leaner })).toEqual(answer);
    return answer;
  }

  write(answer: NextSteps): void {
    for (const { key, stepId } of answer.expand) this.put(key, stepId, null, { status: 'in_progress' });
    for (const change of answer.settle) {
      const { key, stepId, index, status } = change;
      expect(isFinished(this.rows.get(key)?.status ?? 'pending') && status !== 'pending').toBe(false);
      this.put(key, stepId, index, {
        status,
        output: 'output' in change ? change.output : null,
        error: 'error' in change ? change.error : null,
        dueAt: 'dueAt' in change ? change.dueAt : null,
      });
    }
    for (const start of answer.start) {
      const row = this.rows.get(start.key);
      expect(row?.status ?? 'pending').toBe('pending');
      expect(start.attempt).toBe((row?.attempts ?? 0) + 1);
      for (const need of this.stepOf(start.stepId).dependsOn) {
        expect(isFinished(this.rows.get(need)?.status ?? 'pending')).toBe(true);
      }
      this.put(start.key, start.stepId, start.index, {
        status: 'in_progress',
        attempts: start.attempt,
        dueAt: start.dueAt,
      });
    }
    for (const plan of this.definition.steps) {
      const items = this.running().filter((row) => row.stepId === plan.id && row.index !== null);
      if (plan.forEach !== null) expect(items.length).toBeLessThanOrEqual(plan.forEach.maxParallel);
    }
  }

  /** Ends one running row as its plan says. */
  finish(choice: number): void {
    const running = this.running();
    const row = running[choice % running.length];
    if (row === undefined) return;
    const plan = this.plans[Number(row.stepId.slice(1))];
    const fails = plan !== undefined && row.attempts <= plan.failures;
    Object.assign(
      row,
      fails
        ? { status: 'failed', error: { code: 'x', message: 'x' } }
        : { status: 'completed', output: row.key },
    );
    row.dueAt = null;
  }

  running(): StepRow[] {
    return [...this.rows.values()].filter(
      (row) => isRunning(row.status) && (row.index !== null || !this.isForEach(row.stepId)),
    );
  }

  cancel(keys: string[]): void {
    for (const key of keys) {
      const row = this.rows.get(key);
      if (row !== undefined && isRunning(row.status))
        Object.assign(row, { status: 'cancelled', dueAt: null });
    }
  }

  stepOf(id: string): Step {
    return this.definition.steps.find((step) => step.id === id)!;
  }

  private isForEach(id: string): boolean {
    return this.stepOf(id).forEach !== null;
  }

  private put(key: string, stepId: string, index: number | null, change: Partial<StepRow>): void {
    const row = this.rows.get(key) ?? {
      key,
      stepId,
      index,
      status: 'pending',
      output: null,
      attempts: 0,
      dueAt: null,
    };
    this.rows.set(key, { ...row, ...change });
  }
}

function drive(plans: Plan[], choices: number[]): { run: Run; end: NonNullable<NextSteps['end']> } {
  const run = new Run(plans);
  for (let turn = 0; turn < 500; turn += 1) {
    const answer = run.ask();
    run.write(answer);
    if (answer.end !== null) return { run, end: answer.end };
    if (answer.cancel.length === 0) {
      const again = run.ask();
      expect([again.settle, again.start, again.expand]).toEqual([[], [], []]);
      expect(run.running().length > 0 || again.wakeAt !== null).toBe(true);
    }
    run.cancel(answer.cancel);
    if (run.running().length > 0) run.finish(choices[turn % choices.length] ?? 0);
    else run.now = Math.max(run.now, answer.wakeAt ?? run.now);
  }
  throw new Error('the run never ended');
}

/** What a step must come to when nothing stops the run, said as simply as possible. */
function expectedStatus(plans: Plan[], position: number): 'completed' | 'failed' | 'skipped' {
  const plan = plans[position]!;
  const needs = plan.needs.map((need) => expectedStatus(plans, need));
  if (plan.join === 'all' && needs.some((status) => status !== 'completed')) return 'skipped';
  if (plan.join === 'any' && needs.length > 0 && !needs.includes('completed')) return 'skipped';
  if (plan.condition === false) return 'skipped';
  if (plan.items === 0 || plan.kind === 'set') return 'completed';
  return plan.failures >= plan.attempts ? 'failed' : 'completed';
}

const choices = fc.array(fc.nat(1000), { minLength: 1, maxLength: 30 });

describe('runs of random workflows', () => {
  it('come to what the simple reference says, in whatever order the steps end', () => {
    fc.assert(
      fc.property(plansOf(fc.constant('continue')), choices, (plans, order) => {
        const { run, end } = drive(plans, order);
        expect(end.status).toBe('completed');
        const statuses = plans.map((_, position) => run.rows.get(`s${position}`)?.status);
        expect(statuses).toEqual(plans.map((_, position) => expectedStatus(plans, position)));
      }),
      { numRuns: 300 },
    );
  });

  it('always end, fail when a step fails for good, and leave nothing running or pending', () => {
    fc.assert(
      fc.property(plansOf(fc.constantFrom('fail', 'continue')), choices, (plans, order) => {
        const { run, end } = drive(plans, order);
        const failed = [...run.rows.values()].some(
          (row) => row.index === null && row.status === 'failed' && run.stepOf(row.stepId).onError === 'fail',
        );
        expect(end.status).toBe(failed ? 'failed' : 'completed');
        expect([...run.rows.values()].every((row) => isFinished(row.status))).toBe(true);
        expect(run.definition.steps.every((step) => run.rows.has(step.id))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
