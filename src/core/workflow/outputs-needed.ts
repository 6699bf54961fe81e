/**
 * Which outputs a decision may look at, so that the caller loads those and no others.
 *
 * A name in an expression or reference counts, whatever part of the step it asks for. A forEach step counts itself too: when its
 * last item has ended, its output is made of theirs.
 */
import { isFinished } from '../../contracts/status.ts';
import type { Step, WorkflowDefinition } from '../../contracts/workflow.ts';
import { indexDefinition } from './definition-index.ts';
import { compileExpression } from './expression.ts';
import { hasReference, onlyReference, parseTemplate } from './reference.ts';
import { isRunning, onlyWaits, type StepRow } from './step-rows.ts';

/** Ids of the steps whose rows (items included) are needed with their outputs to decide these steps. */
export function outputsNeeded(definition: WorkflowDefinition, stepIds: Iterable<string>): string[] {
  const { byId } = indexDefinition(definition);
  const needed = new Set<string>();
  for (const id of stepIds) {
    const step = byId.get(id)?.step;
    if (step === undefined) continue;
    if (step.forEach !== null && step.kind !== 'set') needed.add(id);
    for (const name of namesOfStep(step)) needed.add(name);
  }
  return [...needed].filter((id) => byId.has(id));
}

/** Ids of the steps whose outputs the result of the run is made of. */
export function outputsNeededAtEnd(definition: WorkflowDefinition): string[] {
  const { ordered, byId } = indexDefinition(definition);
  if (definition.output === null) return ordered.filter(({ isLeaf }) => isLeaf).map(({ step }) => step.id);
  return [...new Set(namesIn(definition.output))].filter((id) => byId.has(id));
}

/**
 * Ids of the steps whose outputs `nextSteps` may look at now, from rows without outputs: a superset of what it does look at.
 * Only steps that may be reached in this one decision count, so a long chain of agents needs the outputs of one link.
 */
export function outputsToLoad(
  definition: WorkflowDefinition,
  rows: readonly Pick<StepRow, 'key' | 'status'>[],
): string[] {
  const { ordered } = indexDefinition(definition);
  const status = new Map(rows.map((row) => [row.key, row.status]));
  /** Ended, or may end within this decision without ending the run. */
  const mayEnd = new Set<string>();
  /** Of those, the ones that may be skipped or fail: what depends on them may be skipped at once. */
  const mayBeLost = new Set<string>();
  const reached: string[] = [];
  for (const { step } of ordered) {
    const { id, dependsOn } = step;
    const now = status.get(id) ?? 'pending';
    if (isFinished(now)) {
      mayEnd.add(id);
      if (now !== 'completed') mayBeLost.add(id);
      continue;
    }
    const losesOne = dependsOn.some((need) => mayBeLost.has(need));
    const ready = dependsOn.every((need) => mayEnd.has(need));
    // With "all" one lost dependency is enough to be skipped, while the others still run.
    if (!ready && (step.join === 'any' || !losesOne)) continue;
    if (ready) reached.push(id);
    const lost = losesOne || step.if !== null || step.onError === 'continue';
    if (lost) mayBeLost.add(id);
    if (lost || step.kind === 'set' || step.forEach !== null) mayEnd.add(id);
  }
  const atEnd = mayEnd.size === ordered.length ? outputsNeededAtEnd(definition) : [];
  return [...new Set([...outputsNeeded(definition, reached), ...atEnd])];
}

/**
 * Keys of the rows whose outputs to load: what `outputsToLoad` names, and of a forEach that is under way the items, but only when none of
 * them is at work any more: before that its own output cannot be made.
 */
export function rowsToLoad(
  definition: WorkflowDefinition,
  rows: readonly Pick<StepRow, 'key' | 'stepId' | 'index' | 'status' | 'dueAt' | 'changed'>[],
  now: number,
): string[] {
  const needed = new Set(outputsToLoad(definition, rows));
  const { byId } = indexDefinition(definition);
  const ended = new Set<string>();
  const busy = new Set<string>();
  for (const { stepId, index, status, dueAt, changed } of rows) {
    for (const name of namesIn(changed ?? null)) needed.add(name);
    if (index === null && isFinished(status)) ended.add(stepId);
    // What only waits, or has run out of time, may end within the decision.
    const stays =
      isRunning(status) && (dueAt === null || dueAt > now) && !onlyWaits(byId.get(stepId)?.step.kind);
    if (index !== null && stays) busy.add(stepId);
  }
  return rows
    .filter(({ stepId, index, status }) => {
      if (status !== 'completed' || !needed.has(stepId)) return false;
      return index === null || (!ended.has(stepId) && !busy.has(stepId));
    })
    .map(({ key }) => key);
}

function namesOfStep(step: Step): string[] {
  const names = step.if === null ? [] : namesInExpression(step.if);
  const items = step.forEach?.items;
  if (typeof items === 'string') names.push(...namesInExpression(items));
  else if (items !== undefined) names.push(...namesIn(items));
  if (step.kind !== 'set') return [...names, ...namesIn(step.with)];
  for (const value of Object.values(step.with.values)) {
    if (typeof value === 'string') names.push(...namesInExpression(value));
  }
  return names;
}

function namesInExpression(text: string): string[] {
  const reference = onlyReference(text);
  return (reference === null ? compileExpression(text).names : [reference]).flatMap(stepOf);
}

function namesIn(value: unknown): string[] {
  if (typeof value === 'string') {
    if (!hasReference(value)) return [];
    return parseTemplate(value).parts.flatMap((part) => (typeof part === 'string' ? [] : stepOf(part)));
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(namesIn) : [];
}

function stepOf({ root, path }: { root: string; path: readonly (string | number)[] }): string[] {
  return root === 'steps' && path[0] !== undefined ? [String(path[0])] : [];
}
