import type { Step, WorkflowDefinition } from '../../contracts/workflow.ts';
import type { Problem } from '../../errors.ts';

/** What the executor does not carry out today; the rest of the language is checked but not run yet. */
export function notExecutable(definition: WorkflowDefinition): Problem[] {
  return definition.steps.flatMap((step, i) =>
    step.kind === 'tool' ? [kindProblem(step, i, 'cannot be run yet')] : [],
  );
}

/** Tools are called by agents, whose rights are checked then; a model's plan does not call them by itself. */
export function notInPlans(definition: WorkflowDefinition): Problem[] {
  return definition.steps.flatMap((step, i) =>
    step.kind === 'tool' ? [kindProblem(step, i, 'cannot be part of a plan; let an agent use the tool')] : [],
  );
}

function kindProblem({ kind }: Step, i: number, what: string): Problem {
  return { pointer: `/steps/${i}/kind`, code: 'not_executable', message: `Steps of kind "${kind}" ${what}.` };
}
