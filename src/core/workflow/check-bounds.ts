/** Bounds and rules that hold without looking at anything else: times, lists written out, what excludes each other. */
import { toRecord, workflowLimits } from '../../contracts/workflow.ts';
import type { Problem } from '../../errors.ts';
import { checkJsonSchema } from './check-json-schema.ts';
import type { World } from './world.ts';
import { asObject, asText, isAbsent, type Draft, type DraftStep } from './draft.ts';
import { durationMilliseconds, zonedMilliseconds } from './durations.ts';
import { typeNames } from './expression-names.ts';
import { type Path, problemAt } from './problem-at.ts';
import { hasReference } from './reference.ts';

const longest = 366 * 86_400_000;
const reservedNames = ['inputs', 'steps', ...typeNames];

export function checkBounds(draft: Draft, limits: World['limits'] = {}): Problem[] {
  const most = Math.min(workflowLimits.steps, limits.steps ?? workflowLimits.steps);
  const size =
    draft.steps.length > most && draft.steps.length <= workflowLimits.steps
      ? [problemAt(['steps'], 'too_big', `${draft.steps.length} steps; at most ${most} are allowed here.`)]
      : [];
  const items = Math.min(workflowLimits.forEachItems, limits.forEachItems ?? workflowLimits.forEachItems);
  return [
    ...size,
    ...checkJsonSchema(draft.inputs, ['inputs']),
    ...draft.steps.flatMap((step) => [...checkForEach(step, items), ...checkTimes(step), ...checkKind(step)]),
  ];
}

function checkForEach({ forEach, path }: DraftStep, most: number): Problem[] {
  if (forEach === null) return [];
  const problems: Problem[] = [];
  if (Array.isArray(forEach.items) && forEach.items.length > most) {
    const message = `${forEach.items.length} items; at most ${most} are allowed.`;
    problems.push(problemAt([...path, 'forEach', 'items'], 'too_many_items', message));
  }
  if (reservedNames.includes(forEach.as)) {
    problems.push(
      problemAt([...path, 'forEach', 'as'], 'reserved_name', `"${forEach.as}" has a meaning already.`),
    );
  }
  return problems;
}

function checkTimes({ path, timeout, retry }: DraftStep): Problem[] {
  const problems = checkDuration(timeout, [...path, 'timeout']);
  if (retry === null) return problems;
  const first = milliseconds(retry.initialInterval ?? 'PT1S');
  const most = milliseconds(retry.maxInterval ?? 'PT10M');
  if (first !== null && most !== null && first > most) {
    const message =
      'The first interval is longer than the longest one ("maxInterval", PT10M when not given).';
    problems.push(problemAt([...path, 'retry', 'initialInterval'], 'too_big', message));
  }
  if (most !== null && most > longest)
    problems.push(problemAt([...path, 'retry', 'maxInterval'], 'too_big', overAYear));
  return problems;
}

function checkKind(step: DraftStep): Problem[] {
  const path = [...step.path, 'with'];
  switch (step.kind) {
    case 'agent':
      return checkJsonSchema(asObject(toRecord(step.with.outputSchema)), [...path, 'outputSchema']);
    case 'approval':
      return checkApproval(step.with, path);
    case 'wait':
      return checkWait(step.with, path);
    case 'set':
      return Object.keys(asObject(toRecord(step.with.values)) ?? { none: 0 }).length === 0
        ? [problemAt([...path, 'values'], 'too_small', 'A set step sets at least one value.')]
        : [];
    default:
      return [];
  }
}

function checkApproval({ expiresIn, remindBefore }: Record<string, unknown>, path: Path): Problem[] {
  const problems = [
    ...checkDuration(expiresIn, [...path, 'expiresIn']),
    ...checkDuration(remindBefore, [...path, 'remindBefore']),
  ];
  if (problems.length > 0 || isAbsent(remindBefore)) return problems;
  const at = [...path, 'remindBefore'];
  if (isAbsent(expiresIn)) return [problemAt(at, 'not_allowed', 'Only with "expiresIn": before what?')];
  const [expires, remind] = [milliseconds(expiresIn), milliseconds(remindBefore)];
  return expires !== null && remind !== null && remind >= expires
    ? [problemAt(at, 'too_big', 'Shorter than "expiresIn".')]
    : [];
}

function checkWait(given: Record<string, unknown>, path: Path): Problem[] {
  const said = ['for', 'until', 'message'].filter((field) => !isAbsent(given[field]));
  const problems = checkDuration(given.for, [...path, 'for']);
  if (said.length !== 1) {
    const message = `A wait step says exactly one of "for", "until" and "message"; this says ${said.join(', ') || 'none'}.`;
    problems.push(problemAt(path, 'exactly_one', message));
  }
  const until = asText(given.until);
  if (until !== null && !hasReference(until) && zonedMilliseconds(until) === null) {
    const message = 'A time with its zone, such as "2030-01-31T09:00:00Z", or a reference to one.';
    problems.push(problemAt([...path, 'until'], 'invalid_format', message));
  }
  return problems;
}

const overAYear = 'Longer than 366 days.';

function milliseconds(value: unknown): number | null {
  return typeof value === 'string' ? durationMilliseconds(value) : null;
}

/** The form is the schema's matter; this is about sense. */
function checkDuration(value: unknown, path: Path): Problem[] {
  const length = milliseconds(value);
  if (length === null) return [];
  if (length === 0) return [problemAt(path, 'too_small', 'Longer than nothing.')];
  return length > longest ? [problemAt(path, 'too_big', overAYear)] : [];
}
