/** A step's `with` as its room gets it: every reference resolved, text fields as text. Throws ExpressionError. */
import type { AgentStep, Json, SetStep, Step } from '../../contracts/workflow.ts';
import {
  evaluateExpression,
  ExpressionError,
  kindOf,
  resolveReferences,
  resolveText,
  type Scope,
} from './evaluate.ts';

export function resolveWith(step: Step, scope: Scope, pointer: string): Record<string, Json> {
  const at = `${pointer}/with`;
  const text = (field: string, value: string | null) =>
    value === null ? null : resolveText(value, scope, `${at}/${field}`);
  switch (step.kind) {
    case 'agent':
      return resolveAgent(step, scope, at);
    case 'tool':
      return { ...step.with, arguments: resolveReferences(step.with.arguments, scope, `${at}/arguments`) };
    case 'approval': {
      const { title, details, ...rest } = step.with;
      return { title: text('title', title), details: text('details', details), ...rest };
    }
    case 'workflow':
      return { ...step.with, inputs: resolveReferences(step.with.inputs, scope, `${at}/inputs`) };
    case 'wait': {
      const { until, message } = step.with;
      return { for: step.with.for, until: text('until', until), message: text('message', message) };
    }
    case 'set':
      return computeValues(step, scope, pointer);
  }
}

/** The output of a set step. */
export function computeValues(step: SetStep, scope: Scope, pointer: string): Record<string, Json> {
  const entries = Object.entries(step.with.values).map(([name, value]): [string, Json] => [
    name,
    typeof value === 'string' ? evaluateExpression(value, scope, `${pointer}/with/values/${name}`) : value,
  ]);
  return Object.fromEntries(entries);
}

function resolveAgent(step: AgentStep, scope: Scope, at: string): Record<string, Json> {
  const { goal, agentId, requires, tools, files, outputSchema, budget, method } = step.with;
  return {
    goal: resolveText(goal, scope, `${at}/goal`),
    agentId: agentId === null ? null : resolveText(agentId, scope, `${at}/agentId`),
    requires: requires as Json,
    tools,
    files: files.flatMap((file, index) => resolveFile(file, scope, `${at}/files/${index}`)),
    outputSchema: outputSchema as Json,
    budget: budget as Json,
    method: method as Json,
  };
}

/** A reference may stand for one file id, for a list of them, or for null, which is no file. */
function resolveFile(file: string, scope: Scope, pointer: string): string[] {
  const value = resolveReferences(file, scope, pointer);
  if (value === null) return [];
  const ids = Array.isArray(value) ? value : [value];
  for (const id of ids) {
    if (typeof id !== 'string')
      throw new ExpressionError(pointer, `${file}: a file id is a text, this is ${kindOf(id)}`);
  }
  return ids as string[];
}
