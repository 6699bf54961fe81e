/** What a definition names of the workspace: agents and what they can, tools, workflows, a Chief of Staff, people. */
import type { Problem } from '../../errors.ts';
import { fourEyesNeed } from '../policy/four-eyes.ts';
import { checkAgentStep } from './check-agent-step.ts';
import { checkKnown } from './check-known.ts';
import { asText, type Draft, type DraftStep } from './draft.ts';
import { type Path, problemAt } from './problem-at.ts';
import type { World } from './world.ts';

export function checkWorld(draft: Draft, world: World): Problem[] {
  return draft.steps.flatMap((step) => [...checkStep(step, world), ...checkReplan(step, world)]);
}

function checkReplan(step: DraftStep, world: World): Problem[] {
  if (step.onError !== 'replan' || world.hasChiefOfStaff) return [];
  const message = 'Nobody could make a new plan: there is no Chief of Staff. Use "fail" or "continue".';
  return [problemAt([...step.path, 'onError'], 'no_chief_of_staff', message)];
}

function checkStep(step: DraftStep, world: World): Problem[] {
  const path = [...step.path, 'with'];
  switch (step.kind) {
    case 'agent':
      return checkAgentStep(step, world, path);
    case 'tool':
      return checkKnown(asText(step.with.tool), [...path, 'tool'], {
        code: 'unknown_tool',
        what: 'tool',
        known: world.tools,
      });
    case 'workflow':
      return checkWorkflow(step, world, path);
    case 'approval':
      return checkEyes(step, world, path);
    default:
      return [];
  }
}

function checkEyes(step: DraftStep, { deciders }: World, path: Path): Problem[] {
  if (step.with.fourEyes !== true || deciders >= fourEyesNeed) return [];
  const message = `Two different people have to agree, and there ${deciders === 1 ? 'is one' : `are ${deciders}`} who may.`;
  return [problemAt([...path, 'fourEyes'], 'too_few_people', message)];
}

function checkWorkflow(step: DraftStep, world: World, path: Path): Problem[] {
  const id = asText(step.with.workflowId);
  const { version } = step.with;
  const workflow = world.workflows.find((candidate) => candidate.id === id);
  if (workflow === undefined) {
    const known = world.workflows.map((candidate) => candidate.id);
    return checkKnown(id, [...path, 'workflowId'], { code: 'unknown_workflow', what: 'workflow', known });
  }
  if (typeof version !== 'number' || workflow.versions.includes(version)) return [];
  return [problemAt([...path, 'version'], 'unknown_version', `Workflow "${id}" has no version ${version}.`)];
}
