import type { WorkflowDefinition } from '../../contracts/workflow.ts';
import type { Problem } from '../../errors.ts';

/** Kinds that the executor carries out today; the rest of the language is checked but not run yet. */
export function notExecutable(definition: WorkflowDefinition): Problem[] {
  return definition.steps.flatMap((step, i) =>
    step.kind === 'agent' || step.kind === 'set'
      ? []
      : [
          {
            pointer: `/steps/${i}/kind`,
            code: 'not_executable',
            message: `Steps of kind "${step.kind}" cannot be run yet; use agent and set steps.`,
          },
        ],
  );
}
