import type { Step, WorkflowDefinition } from '../../contracts/workflow.ts';
import type { Problem } from '../../errors.ts';

/** What the executor does not carry out today; the rest of the language is checked but not run yet. */
export function notExecutable(definition: WorkflowDefinition): Problem[] {
  return definition.steps.flatMap((step, i) => {
    if (step.kind === 'wait' && step.with.message !== null) {
      const message = 'Waiting for a message cannot be run yet; wait "for" a time or "until" one.';
      return [{ pointer: `/steps/${i}/with/message`, code: 'not_executable', message }];
    }
    return step.kind === 'tool' ? [kindProblem(step, i, 'cannot be run yet')] : [];
  });
}

/** A model's plan is made of work and values only. */
export function notInPlans(definition: WorkflowDefinition): Problem[] {
  return definition.steps.flatMap((step, i) =>
    step.kind === 'agent' || step.kind === 'set'
      ? []
      : [kindProblem(step, i, 'cannot be part of a plan; use agent and set steps')],
  );
}

function kindProblem({ kind }: Step, i: number, what: string): Problem {
  return { pointer: `/steps/${i}/kind`, code: 'not_executable', message: `Steps of kind "${kind}" ${what}.` };
}
