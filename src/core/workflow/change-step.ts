/** What a person changed in the steps of one run. The pinned definition stays as it is; the decision walks over the changed one. */
import type { Step, WorkflowDefinition } from '../../contracts/workflow.ts';

/** Fields of a step's `with` by step id. */
export type ChangedInputs = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

export function changeStep(step: Step, fields: Readonly<Record<string, unknown>>): Step {
  return { ...step, with: { ...step.with, ...fields } } as Step;
}

export function changeSteps(definition: WorkflowDefinition, changed: ChangedInputs): WorkflowDefinition {
  if (changed.size === 0) return definition;
  const steps = definition.steps.map((step) => {
    const fields = changed.get(step.id);
    return fields ? changeStep(step, fields) : step;
  });
  return { ...definition, steps };
}
