/** A definition in the order in which it can be walked. Kept per definition object; definitions are never changed in place. */
import type { Step, WorkflowDefinition } from '../../contracts/workflow.ts';

export interface IndexedStep {
  step: Step;
  /** Place in `definition.steps`, for pointers */
  position: number;
  pointer: string;
  isLeaf: boolean;
}

export interface DefinitionIndex {
  /** Every step after all that it depends on; the order of the definition where that leaves a choice. */
  ordered: readonly IndexedStep[];
  byId: ReadonlyMap<string, IndexedStep>;
}

const kept = new WeakMap<WorkflowDefinition, DefinitionIndex>();

/** Throws an Error for a definition that validation would refuse: a cycle, an unknown dependency. */
export function indexDefinition(definition: WorkflowDefinition): DefinitionIndex {
  const known = kept.get(definition);
  if (known !== undefined) return known;
  const byId = new Map<string, IndexedStep>();
  definition.steps.forEach((step, position) => {
    byId.set(step.id, { step, position, pointer: `/steps/${position}`, isLeaf: true });
  });
  const index = { byId, ordered: sortSteps(definition.steps, byId) };
  kept.set(definition, index);
  return index;
}

function sortSteps(steps: readonly Step[], byId: ReadonlyMap<string, IndexedStep>): IndexedStep[] {
  const missing = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const step of steps) {
    const needs = new Set(step.dependsOn);
    missing.set(step.id, needs.size);
    for (const id of needs) {
      const need = byId.get(id);
      if (need === undefined) throw new Error(`step ${step.id} depends on ${id}, which is not there`);
      need.isLeaf = false;
      const list = dependents.get(id);
      if (list === undefined) dependents.set(id, [step.id]);
      else list.push(step.id);
    }
  }
  const ready = steps.filter((step) => missing.get(step.id) === 0).map((step) => step.id);
  const ordered: IndexedStep[] = [];
  for (let at = 0; at < ready.length; at += 1) {
    const id = ready[at] ?? '';
    const indexed = byId.get(id);
    if (indexed !== undefined) ordered.push(indexed);
    for (const dependent of dependents.get(id) ?? []) {
      const left = (missing.get(dependent) ?? 0) - 1;
      missing.set(dependent, left);
      if (left === 0) ready.push(dependent);
    }
  }
  if (ordered.length !== steps.length) throw new Error('the steps depend on each other in a ring');
  return ordered;
}
