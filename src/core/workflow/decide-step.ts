/** One step, after everything that it depends on has been decided. */
import type { Step } from '../../contracts/workflow.ts';
import { decideForEach } from './decide-for-each.ts';
import type { IndexedStep } from './definition-index.ts';
import { evaluateCondition } from './evaluate.ts';
import { readAttempt, startAttempt } from './read-attempt.ts';
import { computeValues } from './resolve-with.ts';
import { isRunning, type SkipReason } from './step-rows.ts';
import { attemptExpression, failStep, open, scopeOf, type StepState, type Walk } from './walk.ts';

export function decideStep(walk: Walk, indexed: IndexedStep): StepState {
  const { step } = indexed;
  const row = walk.rows.get(step.id);
  // The row of a forEach only says that it has begun; its items say how it goes on.
  const begun = step.forEach !== null && row !== undefined && isRunning(row.status);
  if (!begun) {
    const attempt = readAttempt(walk, step, null);
    if (attempt.at === 'ended') return attempt.state;
    if (attempt.at !== 'free' || walk.halted) return open;
    const gate = decideGate(walk, indexed);
    if (gate !== 'go') return gate;
  }
  if (step.forEach !== null) return decideForEach(walk, indexed, step.forEach);
  return step.kind === 'set' ? settleSet(walk, indexed) : start(walk, indexed);
}

/** `join`, then `if`. */
function decideGate(walk: Walk, indexed: IndexedStep): StepState | 'go' {
  const { step, pointer } = indexed;
  const join = step.join === 'all' ? joinAll(walk, step) : joinAny(walk, step);
  if (join === 'wait') return open;
  if (join !== 'go') return skip(walk, step, join);
  const condition = step.if;
  if (condition === null) return 'go';
  const checked = attemptExpression(() => evaluateCondition(condition, scopeOf(walk), `${pointer}/if`));
  if ('error' in checked) return failStep(walk, indexed, checked.error);
  if (checked.value) return 'go';
  return skip(walk, step, { code: 'condition_false', message: `The condition is false: ${condition}` });
}

function joinAll(walk: Walk, step: Step): 'wait' | 'go' | SkipReason {
  let waits = false;
  for (const id of step.dependsOn) {
    const status = walk.states.get(id)?.status ?? 'open';
    if (status === 'open') waits = true;
    else if (status !== 'completed') {
      return {
        code: 'dependency_not_completed',
        message: `It needs step ${id}, which was ${ended[status]}.`,
      };
    }
  }
  return waits ? 'wait' : 'go';
}

function joinAny(walk: Walk, step: Step): 'wait' | 'go' | SkipReason {
  const statuses = step.dependsOn.map((id) => walk.states.get(id)?.status ?? 'open');
  if (statuses.includes('open')) return 'wait';
  if (statuses.length === 0 || statuses.includes('completed')) return 'go';
  return { code: 'no_dependency_completed', message: 'None of the steps that it could follow completed.' };
}

const ended = { failed: 'not completed: it failed', skipped: 'skipped', cancelled: 'cancelled' } as const;

function skip(walk: Walk, step: Step, reason: SkipReason): StepState {
  walk.out.settle.push({ key: step.id, stepId: step.id, index: null, status: 'skipped', reason });
  return { status: 'skipped' };
}

function settleSet(walk: Walk, indexed: IndexedStep): StepState {
  const { step, pointer } = indexed;
  if (step.kind !== 'set') return open;
  const computed = attemptExpression(() => computeValues(step, scopeOf(walk), pointer));
  if ('error' in computed) return failStep(walk, indexed, computed.error);
  const output = computed.value;
  walk.out.settle.push({ key: step.id, stepId: step.id, index: null, status: 'completed', output });
  return { status: 'completed', output };
}

function start(walk: Walk, indexed: IndexedStep): StepState {
  const error = startAttempt(walk, indexed);
  return error === null ? open : failStep(walk, indexed, error);
}
