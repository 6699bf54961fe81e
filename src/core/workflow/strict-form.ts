/** A definition in the form of the published schema: what a model is shown of a plan that it may change. Parsing it gives the same back. */
import type { Json, Step, StepRetry, WorkflowDefinition } from '../../contracts/workflow.ts';

const noRetry: StepRetry = { maxAttempts: 1, initialInterval: 'PT1S', backoff: 2, maxInterval: 'PT10M' };

export function toStrictForm({
  name,
  description,
  inputs,
  steps,
  output,
}: WorkflowDefinition): Record<string, Json> {
  return {
    name,
    description: description ?? '',
    inputs: jsonText(inputs),
    steps: steps.map(strictStep),
    output: output === null ? '' : typeof output === 'string' ? output : JSON.stringify(output),
  };
}

function strictStep(step: Step): Json {
  const { id, kind, title, dependsOn, join, forEach, retry, timeout, onError } = step;
  return {
    id,
    kind,
    title: title ?? '',
    dependsOn,
    join,
    if: step.if ?? '',
    with: strictWith(step),
    forEach: forEach && {
      ...forEach,
      items: typeof forEach.items === 'string' ? forEach.items : asList(forEach.items),
    },
    retry: retry ?? noRetry,
    timeout: timeout ?? '',
    onError,
  };
}

function strictWith(step: Step): Json {
  switch (step.kind) {
    case 'agent': {
      const { goal, agentId, requires, tools, files, outputSchema, budget, method } = step.with;
      return {
        goal,
        agentId: agentId ?? '',
        requires: requires ?? [],
        tools,
        files,
        outputSchema: jsonText(outputSchema),
        budget,
        method,
      };
    }
    case 'tool':
      return { tool: step.with.tool, arguments: jsonText(step.with.arguments) };
    case 'approval': {
      const { title, details, expiresIn, remindBefore, fourEyes } = step.with;
      return {
        title,
        details: details ?? '',
        expiresIn: expiresIn ?? '',
        remindBefore: remindBefore ?? '',
        fourEyes,
      };
    }
    case 'workflow':
      return { ...step.with, inputs: jsonText(step.with.inputs) };
    case 'wait':
      return { for: step.with.for ?? '', until: step.with.until ?? '', message: step.with.message ?? '' };
    case 'set':
      return {
        values: Object.entries(step.with.values).map(([name, value]) => ({
          name,
          value: typeof value === 'string' ? value : JSON.stringify(value),
        })),
      };
  }
}

function jsonText(value: unknown): string {
  return value === null ? '' : JSON.stringify(value);
}

/** CEL reads JSON lists as they are. */
function asList(items: readonly Json[]): string {
  return JSON.stringify(items);
}
