/**
 * Everything that is wrong with a definition, before anything of it runs.
 *
 * 1. Every problem at once, each with the JSON Pointer of its place in what was given.
 * 2. Faults of form do not hide faults of meaning: the checks read a draft of whatever makes sense.
 * 3. Never throws, whatever a model wrote.
 */
import { WorkflowDefinition, workflowLimits } from '../../contracts/workflow.ts';
import type { Problem } from '../../errors.ts';
import { checkBounds } from './check-bounds.ts';
import { checkGraph } from './check-graph.ts';
import { checkNames } from './check-names.ts';
import { checkWorld } from './check-world.ts';
import { readDraft } from './draft.ts';
import { type ParsedDefinition, readSource, schemaProblems } from './parse-definition.ts';
import { inSource, uniqueProblems } from './problem-at.ts';
import type { World } from './world.ts';

/** `source`: a definition, any JSON value, or JSON or YAML text. A definition comes back only when nothing is wrong. */
export function checkDefinition(source: unknown, world: World): ParsedDefinition {
  const read = readSource(source);
  if (read.problems.length > 0) return { definition: null, problems: read.problems };
  const parsed = WorkflowDefinition.safeParse(read.value);
  const problems = [
    ...(parsed.success ? [] : schemaProblems(parsed.error)),
    ...meaningProblems(read.value, world),
  ];
  if (parsed.success && problems.length === 0) return { definition: parsed.data, problems: [] };
  const unique = uniqueProblems(problems);
  const shown = unique.slice(0, mostProblems).map((problem) => inSource(read.value, problem));
  if (unique.length > shown.length) {
    const message = `There are ${unique.length - shown.length} more problems.`;
    shown.push({ pointer: '', code: 'more_problems', message });
  }
  return { definition: null, problems: shown };
}

/** Nobody reads more, and a megabyte of nonsense must not become ten of answer. */
const mostProblems = 1000;

/** The problems alone. `[]`: the definition may run. */
export function validateDefinition(source: unknown, world: World): Problem[] {
  return checkDefinition(source, world).problems;
}

function meaningProblems(value: unknown, world: World): Problem[] {
  const draft = readDraft(value);
  // The schema has said so. Who comes before whom of 100,000 steps would take gigabytes to know.
  if (draft.steps.length > workflowLimits.steps) return [];
  const { graph, problems } = checkGraph(draft);
  return [
    ...problems,
    ...checkNames(draft, graph),
    ...checkWorld(draft, world),
    ...checkBounds(draft, world.limits),
  ];
}
