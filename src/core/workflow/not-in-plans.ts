import type { WorkflowDefinition } from '../../contracts/workflow.ts';
import type { Problem } from '../../errors.ts';

/** A plan that a model wrote calls no tools by itself but those of low risk: for others, agents' rights are checked when they call them. */
export function notInPlans(definition: WorkflowDefinition, planTools: readonly string[]): Problem[] {
  return definition.steps.flatMap((step, i) => {
    if (step.kind !== 'tool' || planTools.includes(step.with.tool)) return [];
    const known = planTools.length > 0 ? ` These may be: ${planTools.join(', ')}.` : '';
    const message = `The tool "${step.with.tool}" cannot be a step of a plan; let an agent use it.${known}`;
    return [{ pointer: `/steps/${i}/with/tool`, code: 'not_executable', message }];
  });
}
